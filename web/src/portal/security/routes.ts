import type { RouteRecordRaw } from 'vue-router'

import { enter } from '@/app/i18n'

/** Security centre, notification settings, one’s data, help. */
export const security: RouteRecordRaw[] = [
  { path: 'me/security', component: () => import('./Security.vue') },
  { path: 'me/security/passkeys', component: () => import('./Passkeys.vue') },
  { path: 'me/security/authenticator', component: () => import('./Authenticator.vue') },
  { path: 'me/security/recovery-codes', component: () => import('./RecoveryCodes.vue') },
  { path: 'me/security/password', component: () => import('./Password.vue') },
  { path: 'me/security/payment-password', component: () => import('./PaymentPassword.vue') },
  { path: 'me/security/devices', component: () => import('./Devices.vue') },
  { path: 'me/security/activity', component: () => import('./Activity.vue') },
  { path: 'me/notifications', component: () => import('@/portal/settings/Notifications.vue') },
  { path: 'me/data', component: () => import('@/portal/settings/MyData.vue') },
  { path: 'me/help', component: () => import('@/portal/help/Help.vue'), beforeEnter: () => enter('help') },
]
