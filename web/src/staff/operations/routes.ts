import type { RouteRecordRaw } from 'vue-router'

/** Money’s side: channels, reconciliation, ledger, limits, end of day, system. */
export const operations: RouteRecordRaw[] = [
  { path: 'channels', component: () => import('./Channels.vue') },
  { path: 'channels/:channel', component: () => import('./Channel.vue'), props: true },
  { path: 'end-of-day', component: () => import('./EndOfDay.vue') },
  { path: 'system', component: () => import('./System.vue') },
]
