import type { RouteRecordRaw } from 'vue-router'

/** Time, instalment and notice deposits. */
export const deposits: RouteRecordRaw[] = []
