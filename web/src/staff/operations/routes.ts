import type { RouteRecordRaw } from 'vue-router'

/** Money’s side: channels, payments, reconciliation, ledger, terms, end of day, system. */
export const operations: RouteRecordRaw[] = [
  {
    path: 'channels',
    children: [
      { path: '', component: () => import('./Channels.vue') },
      { path: 'routing', component: () => import('./Routing.vue') },
      { path: 'reasons', component: () => import('./Reasons.vue') },
      { path: ':channel', component: () => import('./Channel.vue'), props: true },
    ],
  },
  {
    path: 'payments',
    children: [
      { path: '', component: () => import('./Payments.vue') },
      { path: 'recalls', component: () => import('./OverdueRecalls.vue') },
      { path: ':id', component: () => import('./PaymentCase.vue'), props: true },
    ],
  },
  {
    path: 'reconciliation',
    children: [
      { path: '', component: () => import('./Breaks.vue') },
      { path: 'days', component: () => import('./ReconciledDays.vue') },
      { path: 'suspense', component: () => import('./Suspense.vue') },
      { path: 'breaks/:id', component: () => import('./Break.vue'), props: true },
    ],
  },
  {
    path: 'ledger',
    children: [
      { path: '', component: () => import('./Transactions.vue') },
      { path: 'reports', component: () => import('./Reports.vue') },
      { path: 'transactions/:id', component: () => import('./Transaction.vue'), props: true },
      { path: 'accounts/:id', component: () => import('./LedgerAccount.vue'), props: true },
    ],
  },
  {
    path: 'terms',
    children: [
      { path: '', component: () => import('./Limits.vue') },
      { path: 'fees', component: () => import('./Fees.vue') },
      { path: 'rates', component: () => import('./Rates.vue') },
      { path: 'limits/:code', component: () => import('./Limit.vue'), props: true },
    ],
  },
  { path: 'end-of-day', component: () => import('./EndOfDay.vue') },
  { path: 'system', component: () => import('./System.vue') },
]
