/** Every address of the application. Each area is loaded when somebody first goes there. */
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'

import { Problem } from '@/api/problem'
import { accounts } from '@/portal/accounts/routes'
import { credit } from '@/portal/credit/routes'
import { deposits } from '@/portal/deposits/routes'
import { firm } from '@/portal/firm/routes'
import { joining, onboarding } from '@/portal/joining/routes'
import { payPage, paying } from '@/portal/paying/routes'
import { security } from '@/portal/security/routes'
import { useSession } from '@/session/store'
import { operations } from '@/staff/operations/routes'
import { people } from '@/staff/people/routes'

import { enter } from './i18n'

declare module 'vue-router' {
  interface RouteMeta {
    /** Open to whoever is not logged in. */
    open?: boolean
    /** For members of staff only; the rest is for customers only. */
    staff?: boolean
    /** The permission without which there is nothing to do there, at whichever party. */
    needs?: string
    /** Nothing for whoever acts for no such party. */
    of?: 'person' | 'organisation'
  }
}

export const routes: RouteRecordRaw[] = [
  { path: '/login', component: () => import('@/portal/LogIn.vue'), meta: { open: true } },
  ...joining,
  payPage,
  {
    path: '/',
    component: () => import('@/portal/Portal.vue'),
    children: [
      { path: 'home', component: () => import('@/portal/Front.vue') },
      { path: 'services', component: () => import('@/portal/Services.vue') },
      { path: 'notices', component: () => import('@/portal/Notices.vue') },
      { path: 'me', component: () => import('@/portal/Me.vue') },
      ...[onboarding, accounts, deposits, paying, firm, credit, security].flat(),
    ],
  },
  {
    path: '/staff',
    component: () => import('@/staff/Desk.vue'),
    beforeEnter: () => enter('staff'),
    meta: { staff: true },
    children: [{ path: '', component: () => import('@/staff/Start.vue') }, ...people, ...operations],
  },
  ...(import.meta.env.DEV ? [{ path: '/gallery', component: () => import('@/gallery/Gallery.vue'), meta: { open: true } }] : []),
  { path: '/:rest(.*)*', component: () => import('@/app/NotFound.vue'), meta: { open: true } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, _from, saved) => saved ?? (to.hash ? { el: to.hash } : { top: 0 }),
})

/** An address of this site to go on to after the log-in; nobody is led elsewhere by a link, staff to their desk. */
export function nextOf(query: unknown, isStaff = false): string {
  const next = typeof query === 'string' && /^\/(?![/\\])/.test(query) ? query : '/'
  return isStaff && !/^\/staff\b/.test(next) ? '/staff' : next
}

/** Have the files of a page on their way while it is still being found out who is here. */
function fetchAhead(to: RouteLocationNormalized): void {
  for (const { components } of to.matched) {
    for (const part of Object.values(components ?? {})) if (typeof part === 'function') void (part as () => Promise<unknown>)().catch(() => undefined)
  }
}

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.known) fetchAhead(to)
  try {
    await session.restore()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (!to.meta.open) return { path: '/login', query: { next: to.fullPath } }
  }
  const isStaff = session.me?.kind === 'staff'
  const home = isStaff ? '/staff' : '/home'
  if (to.path === '/' && session.isIn) return home
  if (to.path === '/login' && session.isIn) return isStaff ? home : nextOf(to.query['next'])
  if (to.meta.open) return true
  if (!session.isIn) return { path: '/login', query: to.path === '/home' ? {} : { next: to.fullPath } }
  if (isStaff !== Boolean(to.meta.staff)) return home
  return true
})
