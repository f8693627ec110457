import type { RouteRecordRaw } from 'vue-router'

/** Accounts, cards, statements and what happened on them. */
export const accounts: RouteRecordRaw[] = [
  { path: 'accounts', component: () => import('./Accounts.vue') },
  { path: 'accounts/:id/statements', component: () => import('./statements/Statements.vue'), props: true },
  { path: 'accounts/:id', component: () => import('./Account.vue'), props: true },
]
