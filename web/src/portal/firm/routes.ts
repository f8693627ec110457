import type { RouteRecordRaw } from 'vue-router'

/** What a firm needs beyond a person: payroll, approvals; and bills and limits. */
export const firm: RouteRecordRaw[] = []
