import type { RouteRecordRaw } from 'vue-router'

/** Money out: transfers and what became of them, payees, standing orders, one's own cards. */
export const paying: RouteRecordRaw[] = [
  { path: 'transfer', component: () => import('./transfer/Transfer.vue') },
  { path: 'payments', component: () => import('./Payments.vue') },
  { path: 'payments/:id', component: () => import('./payment/Payment.vue'), props: true },
  { path: 'payees', component: () => import('./payees/Payees.vue') },
  { path: 'payees/new', component: () => import('./payees/NewPayee.vue') },
  { path: 'payees/one-click', component: () => import('./payees/OneClick.vue') },
  { path: 'payees/:id', component: () => import('./payees/Payee.vue'), props: true },
  { path: 'standing', component: () => import('./standing/Orders.vue') },
  { path: 'standing/new', component: () => import('./standing/NewOrder.vue') },
  { path: 'standing/:id', component: () => import('./standing/Order.vue'), props: true },
  { path: 'cards', component: () => import('./cards/Cards.vue') },
  { path: 'top-up', component: () => import('./cards/Move.vue'), props: { kind: 'top_up' } },
  { path: 'withdraw', component: () => import('./cards/Move.vue'), props: { kind: 'withdrawal' } },
]
