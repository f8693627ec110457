import type { RouteRecordRaw } from 'vue-router'

/** Money out and in: transfers, collecting, standing orders, payees. */
export const paying: RouteRecordRaw[] = [
  { path: 'transfer', component: () => import('./transfer/Transfer.vue') },
  { path: 'payments/:id', component: () => import('./Payment.vue'), props: true },
]
