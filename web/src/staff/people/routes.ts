import type { RouteRecordRaw } from 'vue-router'

/** Customers, their cases, decisions, audit, users. */
export const people: RouteRecordRaw[] = []
