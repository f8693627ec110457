import type { RouteRecordRaw } from 'vue-router'

/** Money’s side: channels, reconciliation, ledger, limits, end of day, system. */
export const operations: RouteRecordRaw[] = []
