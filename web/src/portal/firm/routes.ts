import type { RouteRecordRaw } from 'vue-router'

/** What a firm needs beyond a person: payroll, approvals; and bills and limits. */
export const firm: RouteRecordRaw[] = [
  { path: 'approvals', component: () => import('./approvals/Approvals.vue') },
  { path: 'approvals/:id', component: () => import('./approvals/InstructionPage.vue'), props: true },
  { path: 'proposals/:id', component: () => import('./approvals/ProposalPage.vue'), props: true },
  { path: 'limits', component: () => import('./limits/Limits.vue') },
]
