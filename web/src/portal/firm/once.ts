/**
 * Sending what moves money exactly once: the key is kept in this tab with what it was sent for until
 * an answer says how it ended, over a reload and a cut line. While none has come, only the very same
 * is sent again.
 */
import { reactive, ref, toRefs } from 'vue'

import { keyFor, type Kept } from '@/api/idempotency'
import { Problem } from '@/api/problem'
import { useDraft } from '@/session/drafts'
import { confirmed } from '@/session/stepUp'

export interface Headers {
  'Idempotency-Key': string
  'Step-Up-Token'?: string
}

export function useOnce(name: string) {
  const { draft } = useDraft(`once.${name}`, () => ({ kept: null as Kept | null, uncertain: false }))
  const state = reactive({ busy: false })
  const failed = ref<unknown>(null)

  /** Send `content`; null if the person turned away or it failed, which `failed` tells. */
  async function once<Answer>(content: unknown, send: (header: Headers) => Promise<Answer>): Promise<Answer | null> {
    if (state.busy) return null
    state.busy = true
    failed.value = null
    draft.kept = keyFor(content, draft.kept)
    const { key } = draft.kept
    try {
      const answer = await confirmed((token) => {
        draft.uncertain = true // until an answer says otherwise; a reload in between must know
        return settle(send({ 'Idempotency-Key': key, ...(token ? { 'Step-Up-Token': token } : {}) }))
      })
      if (answer !== null) draft.kept = null
      return answer
    } catch (error) {
      failed.value = error
      return null
    } finally {
      state.busy = false
    }
  }

  async function settle<Answer>(sent: Promise<Answer>): Promise<Answer> {
    try {
      const answer = await sent
      draft.uncertain = false
      return answer
    } catch (error) {
      draft.uncertain = !(error instanceof Problem) || error.isUncertain
      // What was refused for good stays refused under its key: another attempt is another request.
      if (error instanceof Problem && error.status === 422 && !draft.uncertain) draft.kept = null
      throw error
    }
  }

  return { once, failed, ...toRefs(state), draft }
}
