/** Who is here. The browser keeps the session's cookie; the page keeps who it is and the CSRF token. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { client, door, type Schemas, take } from '@/api/client'
import { Problem } from '@/api/problem'
import { assertion } from '@/api/webauthn'

import { drafts } from './drafts'

export type Me = Schemas['MeOut']
export type Challenge = Schemas['ChallengeOut']

const HINT = 'tongbao.in'
/** Somebody is in on this device, as far as the page knows: the cookie itself no script can see. */
const hint = {
  isSet: (): boolean => {
    try {
      return localStorage.getItem(HINT) !== null
    } catch {
      return true
    }
  },
  set: (on: boolean): void => {
    try {
      if (on) localStorage.setItem(HINT, '1')
      else localStorage.removeItem(HINT)
    } catch {
      /* then the API is asked each time */
    }
  },
}

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)
  /** True from a session's end until the next log-in: the log-in page says why one is there. */
  const expired = ref(false)
  const isIn = computed(() => me.value !== null)

  /** Find out, once, whether the browser's cookie is good for anything; not where nobody ever was in. */
  async function restore(): Promise<void> {
    if (known.value) return
    if (!hint.isSet()) {
      known.value = true
      return
    }
    try {
      await enter((await take(client.GET('/api/v1/identity/sessions/current'))).csrf_token)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      hint.set(false)
    } finally {
      expired.value = false // who was not in has not been thrown out
    }
    known.value = true
  }

  async function enter(csrf: string): Promise<void> {
    door.csrf = csrf
    const found = await take(client.GET('/api/v1/identity/me'))
    drafts.belongTo(found.id)
    hint.set(true)
    me.value = found
    known.value = true
    expired.value = false
  }

  /** Check a password. Returns the challenge if a second factor is wanted, null if one is in. */
  async function logIn(login: string, password: string): Promise<Challenge | null> {
    const begun = await take(client.POST('/api/v1/identity/sessions', { body: { login, password } }))
    if ('challenge_id' in begun) return begun
    await enter(begun.csrf_token)
    return null
  }

  /** Have a factor's code sent, or get what a passkey is to sign. */
  async function askFactor(challenge: Challenge, factor: string): Promise<Record<string, unknown>> {
    const path = { challenge_id: challenge.challenge_id, factor }
    const asked = await take(
      client.POST('/api/v1/identity/sessions/challenges/{challenge_id}/factors/{factor}', { params: { path } }),
    )
    return asked.data
  }

  async function answerFactor(
    challenge: Challenge,
    factor: string,
    proof: { code: string } | { assertion: Record<string, unknown> },
  ): Promise<void> {
    const begun = await take(
      client.POST('/api/v1/identity/sessions/challenges/{challenge_id}', {
        params: { path: { challenge_id: challenge.challenge_id } },
        body: { factor, ...proof },
      }),
    )
    await enter(begun.csrf_token)
  }

  /** Log in with a passkey alone. False if the person turned away from it. */
  async function logInByPasskey(): Promise<boolean> {
    const begun = await take(client.POST('/api/v1/identity/passkey-assertions/options', {}))
    const signed = await assertion(begun.options)
    if (!signed) return false
    const body = { ceremony_id: begun.ceremony_id, assertion: signed }
    const session = await take(client.POST('/api/v1/identity/passkey-assertions', { body }))
    await enter(session.csrf_token)
    return true
  }

  /** Become a customer by the ticket of a confirmed contact; that is a log-in as well. */
  async function register(ticket: string, name: string, password: string): Promise<void> {
    const body = { ticket, name, password }
    await enter((await take(client.POST('/api/v1/identity/registrations/completion', { body }))).csrf_token)
  }

  /** What one may do and for whom has changed: a firm was opened, an invitation accepted. */
  async function refresh(): Promise<void> {
    me.value = await take(client.GET('/api/v1/identity/me'))
  }

  async function logOut(): Promise<void> {
    await take(client.DELETE('/api/v1/identity/sessions/current'))
    drafts.clear()
    forget()
  }

  /** The session is over, by time or from elsewhere; drafts stay for when the same person is back. */
  function end(): void {
    if (!isIn.value) return
    forget()
    expired.value = true
  }

  function forget(): void {
    hint.set(false)
    me.value = null
    door.csrf = null
  }

  return { me, known, expired, isIn, restore, logIn, askFactor, answerFactor, logInByPasskey, register, refresh, logOut, end }
})
