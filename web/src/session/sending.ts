/**
 * Sending what moves money or binds somebody: once, whatever becomes of the line. The idempotency key is
 * kept with the draft; a confirmation is asked for where one is wanted; while no answer has come, only the
 * very same may be sent again.
 */
import { ref, shallowRef } from 'vue'

import { type Kept, keyFor } from '@/api/idempotency'
import { Problem } from '@/api/problem'

import { confirmed } from './stepUp'

export interface Sent {
  /** The key it was sent under, and of which content. */
  kept: Kept | null
  /** It was sent and nobody knows how that ended. */
  uncertain: boolean
}
export interface SentHeader {
  'Idempotency-Key': string
  'Step-Up-Token'?: string
}
export const unsent = (): Sent => ({ kept: null, uncertain: false })

export function useSending(draft: Sent) {
  const busy = ref(false)
  const failed = shallowRef<unknown>(null)

  /** Send `body`. Null if it failed, which `failed` tells of, or if the person turned away. */
  async function send<T>(body: unknown, ask: (header: SentHeader) => Promise<T>): Promise<T | null> {
    if (busy.value) return null
    busy.value = true
    failed.value = null
    draft.kept = keyFor(body, draft.kept)
    const { key } = draft.kept
    try {
      const answer = await confirmed((token) => {
        draft.uncertain = true // until an answer says otherwise; a reload in between must know
        return settle(ask({ 'Idempotency-Key': key, ...(token ? { 'Step-Up-Token': token } : {}) }))
      })
      if (answer !== null) draft.kept = null
      return answer
    } catch (error) {
      failed.value = error
      return null
    } finally {
      busy.value = false
    }
  }

  /** An answer came, or none did: only the latter leaves it open whether it was done. */
  async function settle<T>(sent: Promise<T>): Promise<T> {
    try {
      const answer = await sent
      draft.uncertain = false
      return answer
    } catch (error) {
      draft.uncertain = !(error instanceof Problem) || error.isUncertain
      // What was refused for good stays refused under its key: another attempt is another request.
      if (!draft.uncertain && error instanceof Problem && error.status === 422) draft.kept = null
      throw error
    }
  }

  return { busy, failed, send }
}
