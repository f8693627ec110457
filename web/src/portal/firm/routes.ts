import type { RouteRecordRaw } from 'vue-router'

/** What a firm needs beyond a person: payroll, approvals; and bills and limits. */
export const firm: RouteRecordRaw[] = [
  { path: 'approvals', component: () => import('./approvals/Approvals.vue'), meta: { of: 'organisation' } },
  { path: 'approvals/keys', component: () => import('./approvals/Keys.vue') },
  { path: 'instructions/:id', component: () => import('./approvals/InstructionPage.vue'), props: true },
  { path: 'approvals/:id', component: () => import('./approvals/ProposalPage.vue'), props: true },
  { path: 'payroll', component: () => import('./payroll/Payroll.vue'), meta: { needs: 'bulk:read', of: 'organisation' } },
  { path: 'payroll/new', component: () => import('./payroll/Upload.vue'), meta: { needs: 'payments:initiate' } },
  { path: 'payroll/:id', alias: '/files/:id', component: () => import('./payroll/FilePage.vue'), props: true },
  { path: 'bills', component: () => import('./bills/Bills.vue') },
  { path: 'bills/new/:biller', component: () => import('./bills/NewBill.vue'), props: true, meta: { needs: 'payments:initiate' } },
  { path: 'bills/queries/:id', component: () => import('./bills/BillQuery.vue'), props: true },
  { path: 'bills/payments/:id', component: () => import('./bills/PaidBill.vue'), props: true },
  { path: 'bills/saved/:id/mandate', component: () => import('./bills/NewMandate.vue'), props: true },
  { path: 'bills/mandates/:id', component: () => import('./bills/MandatePage.vue'), props: true },
  { path: 'limits', component: () => import('./limits/Limits.vue') },
  { path: 'users', alias: '/company/members', component: () => import('./users/Users.vue'), meta: { of: 'organisation' } },
  { path: 'users/invite', component: () => import('./users/Invite.vue'), meta: { needs: 'identity:manage_members' } },
  { path: 'users/policy', component: () => import('./users/PolicyPage.vue') },
  { path: 'users/:id', component: () => import('./users/MemberPage.vue'), props: true },
]
