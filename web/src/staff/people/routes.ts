import type { RouteRecordRaw } from 'vue-router'

/** Customers, their cases, decisions, audit, users. */
export const people: RouteRecordRaw[] = [
  { path: 'me', component: () => import('./Me.vue') },
  { path: 'proposals', component: () => import('./Proposals.vue') },
  { path: 'proposals/:id', component: () => import('./Proposal.vue'), props: true },
  { path: 'customers', component: () => import('./Customers.vue') },
  { path: 'customers/:id', component: () => import('./customer/Customer.vue'), props: true },
  { path: 'kyc', component: () => import('./Cases.vue') },
  { path: 'kyc/:id', component: () => import('./Case.vue'), props: true },
  { path: 'audit', component: () => import('./audit/Audit.vue') },
  { path: 'audit/:seq(\\d+)', component: () => import('./audit/Entry.vue'), props: true },
  { path: 'users', component: () => import('./users/Users.vue') },
  { path: 'users/:id', component: () => import('./users/User.vue'), props: true },
  { path: 'partners', component: () => import('./partners/Partners.vue') },
  { path: 'partners/:id', component: () => import('./partners/Partner.vue'), props: true },
  { path: 'webhooks/:id', component: () => import('./partners/Endpoint.vue'), props: true },
  { path: 'webhooks/:endpoint/deliveries/:id', component: () => import('./partners/Delivery.vue'), props: true },
  { path: 'alerts', component: () => import('./audit/Alerts.vue') },
]
