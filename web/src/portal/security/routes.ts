import type { RouteRecordRaw } from 'vue-router'

/** Security centre, consents, agreements, one’s data, settings, help. */
export const security: RouteRecordRaw[] = []
