import type { RouteRecordRaw } from 'vue-router'

/** Credit for a firm, from what it is to the loan’s page; what was allowed and signed. */
export const credit: RouteRecordRaw[] = [
  { path: 'loans', component: () => import('./Credit.vue') },
  { path: 'loans/apply', component: () => import('./apply/Apply.vue') },
  { path: 'loans/applications/:id', component: () => import('./application/Application.vue'), props: true },
  { path: 'loans/:id', component: () => import('./loan/Loan.vue'), props: true },
  { path: 'consents', component: () => import('./consents/Consents.vue') },
  { path: 'consents/:id', component: () => import('./consents/Consent.vue'), props: true },
  { path: 'agreements', component: () => import('./agreements/Agreements.vue') },
  { path: 'agreements/:id', component: () => import('./agreements/Agreement.vue'), props: true },
]
