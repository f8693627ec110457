/**
 * Sending what moves money or binds somebody: once, whatever becomes of the line. The idempotency key is
 * kept with the draft; a confirmation is asked for where one is wanted; while no answer has come, only the
 * very same may be sent again.
 */
import { type Kept, keyFor } from '@/api/idempotency'
import { Problem } from '@/api/problem'

import { useAttempt } from './attempt'
import { confirmed, type Confirmation } from './stepUp'

export interface Sent {
  /** The key it was sent under, and of which content. */
  kept: Kept | null
  /** It was sent and nobody knows how that ended. */
  uncertain: boolean
}
export type SentHeader = Confirmation & { 'Idempotency-Key': string }
export const unsent = (): Sent => ({ kept: null, uncertain: false })

export function useSending(draft: Sent) {
  const { busy, failed, attempt } = useAttempt()

  /** Send `body`. Null if it failed, which `failed` tells of, or if the person turned away. */
  async function send<T>(body: unknown, ask: (header: SentHeader) => Promise<T>): Promise<T | null> {
    let answer: T | null = null
    await attempt(async () => {
      draft.kept = keyFor(body, draft.kept)
      const { key } = draft.kept
      answer = await confirmed((confirmation) => {
        draft.uncertain = true // until an answer says otherwise; a reload in between must know
        return settle(ask({ 'Idempotency-Key': key, ...confirmation }))
      })
      if (answer !== null) draft.kept = null
    })
    return answer
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
