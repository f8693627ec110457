import type { RouteRecordRaw } from 'vue-router'

/** Before one is a customer: open to all. */
export const joining: RouteRecordRaw[] = [
  { path: '/', component: () => import('./Welcome.vue'), meta: { open: true } },
  { path: '/register', component: () => import('./Register.vue'), meta: { open: true } },
  { path: '/forgot', component: () => import('./Forgot.vue'), meta: { open: true } },
  { path: '/recover', component: () => import('./Recover.vue'), meta: { open: true } },
]
/** Once one is in: who one is, firms, first accounts. */
export const onboarding: RouteRecordRaw[] = [
  { path: 'identity', component: () => import('./Identity.vue') },
  { path: 'identity/cases/:id', component: () => import('./Case.vue'), props: true },
  { path: 'open-firm', component: () => import('./OpenFirm.vue') },
  { path: 'open-account', component: () => import('./OpenAccount.vue'), meta: { needs: 'accounts:open' } },
  { path: 'invitations', component: () => import('./Invitations.vue') },
]
