/**
 * Confirming an action once more. The API refuses it with the action's exact words; the person proves
 * it is them; the same request goes out again with the token, under the same idempotency key.
 */
import { shallowRef } from 'vue'

import type { Schemas } from '@/api/client'
import { Problem } from '@/api/problem'

export type Proof = Schemas['Proof']
export interface Asked {
  action: Schemas['ActionIn']
  text: string
  proofs: readonly Proof[]
  settle: (token: string | null) => void
}

/** What is asked of the person right now; the dialog shows it. */
export const asked = shallowRef<Asked | null>(null)

/** Send; if that wants a confirmation, have it and send again. Null if the person turned away. */
export async function confirmed<T>(send: (token: string | undefined) => Promise<T>): Promise<T | null> {
  try {
    return await send(undefined)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'identity.step_up_required') throw error
    const token = await ask(error)
    return token === null ? null : send(token)
  }
}

function ask({ document }: Problem): Promise<string | null> {
  return new Promise((resolve) => {
    asked.value = {
      action: document['action'] as Asked['action'],
      text: String(document['action_text']),
      proofs: document['proofs'] as readonly Proof[],
      settle: (token) => {
        asked.value = null
        resolve(token)
      },
    }
  })
}
