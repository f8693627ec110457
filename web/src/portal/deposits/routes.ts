import type { RouteRecordRaw } from 'vue-router'

/** Time, instalment and notice deposits. */
export const deposits: RouteRecordRaw[] = [
  { path: 'deposits', component: () => import('./Deposits.vue') },
  { path: 'deposits/open', component: () => import('./open/Open.vue') },
  { path: 'deposits/:id', component: () => import('./deposit/Deposit.vue'), props: true },
]
