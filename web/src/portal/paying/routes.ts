import type { RouteRecordRaw } from 'vue-router'

import { COLLECT, PAY } from '@/portal/may'

/** The page of a payment link: anybody may open it. */
export const payPage: RouteRecordRaw = { path: '/pay/:token', component: () => import('./collecting/PayPage.vue'), props: true, meta: { open: true } }

/** Money out: transfers and what became of them, payees, standing orders, one's own cards; money in by codes, links and requests. */
export const paying: RouteRecordRaw[] = [
  { path: 'transfer', component: () => import('./transfer/Transfer.vue'), meta: { needs: PAY } },
  { path: 'payments', component: () => import('./Payments.vue') },
  { path: 'payments/:id', component: () => import('./payment/Payment.vue'), props: true },
  { path: 'payees', component: () => import('./payees/Payees.vue') },
  { path: 'payees/new', component: () => import('./payees/NewPayee.vue'), meta: { needs: PAY } },
  { path: 'payees/one-click', component: () => import('./payees/OneClick.vue') },
  { path: 'payees/:id', component: () => import('./payees/Payee.vue'), props: true },
  { path: 'standing', component: () => import('./standing/Orders.vue') },
  { path: 'standing/new', component: () => import('./standing/NewOrder.vue'), meta: { needs: PAY } },
  { path: 'standing/:id', component: () => import('./standing/Order.vue'), props: true },
  { path: 'cards', component: () => import('./cards/Cards.vue'), meta: { needs: PAY } },
  { path: 'top-up', component: () => import('./cards/Move.vue'), props: { kind: 'top_up' }, meta: { needs: PAY } },
  { path: 'collect', component: () => import('./collecting/Collect.vue'), meta: { needs: COLLECT } },
  { path: 'collect/tills/new', component: () => import('./collecting/NewTill.vue'), meta: { needs: COLLECT } },
  { path: 'collect/tills/:id', component: () => import('./collecting/Till.vue'), props: true },
  { path: 'collect/links/new', component: () => import('./collecting/NewLink.vue'), meta: { needs: COLLECT } },
  { path: 'collect/links/:id', component: () => import('./collecting/LinkPage.vue'), props: true },
  { path: 'collect/requests/new', component: () => import('./collecting/NewRequest.vue'), meta: { needs: COLLECT } },
  { path: 'collect/requests/:id', component: () => import('./collecting/RequestPage.vue'), props: true },
  { path: 'scan', component: () => import('./collecting/Scan.vue'), meta: { needs: PAY } },
  { path: 'pay-code', component: () => import('./collecting/PayCode.vue'), meta: { needs: PAY, of: 'person' } },
  { path: 'withdraw', component: () => import('./cards/Move.vue'), props: { kind: 'withdrawal' }, meta: { needs: PAY } },
]
