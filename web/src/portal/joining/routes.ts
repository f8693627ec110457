import type { RouteRecordRaw } from 'vue-router'

/** Before one is a customer: open to all. */
export const joining: RouteRecordRaw[] = []
/** Once one is in: who one is, firms, first accounts. */
export const onboarding: RouteRecordRaw[] = []
