import type { RouteRecordRaw } from 'vue-router'

/** Credit for a firm, from what it is to the loan’s page. */
export const credit: RouteRecordRaw[] = []
