import type { RouteRecordRaw } from 'vue-router'

/** The page of a payment link: anybody may open it. */
export const payPage: RouteRecordRaw = { path: '/pay/:token', component: () => import('./collecting/PayPage.vue'), props: true, meta: { open: true } }

/** Money out: transfers and what became of them, payees, standing orders, one's own cards; money in by codes, links and requests. */
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
  { path: 'collect', component: () => import('./collecting/Collect.vue') },
  { path: 'collect/tills/new', component: () => import('./collecting/NewTill.vue') },
  { path: 'collect/tills/:id', component: () => import('./collecting/Till.vue'), props: true },
  { path: 'collect/links/new', component: () => import('./collecting/NewLink.vue') },
  { path: 'collect/links/:id', component: () => import('./collecting/LinkPage.vue'), props: true },
  { path: 'collect/requests/new', component: () => import('./collecting/NewRequest.vue') },
  { path: 'collect/requests/:id', component: () => import('./collecting/RequestPage.vue'), props: true },
  { path: 'scan', component: () => import('./collecting/Scan.vue') },
  { path: 'pay-code', component: () => import('./collecting/PayCode.vue') },
  { path: 'withdraw', component: () => import('./cards/Move.vue'), props: { kind: 'withdrawal' } },
]
