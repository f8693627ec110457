/** What came of something that was sent: a payment, or others who must agree to it first. */
import type { QueryClient } from '@tanstack/vue-query'
import { nextTick } from 'vue'

import type { Schemas } from '@/api/client'

export type Waiting = Schemas['ProposalOut'] | Schemas['SignaturesWanted']
export type Outcome = { payment: string } | { waiting: Waiting }

export function outcomeOf(answer: Schemas['PaymentOut'] | Schemas['CollectionReceiptOut'] | Waiting): Outcome {
  if ('payment_id' in answer) return { payment: answer.payment_id }
  return 'kind' in answer ? { payment: answer.id } : { waiting: answer }
}

/** What is known of money is out of date. Said once the form that paid is gone: what that asks of an empty draft is nothing. */
export async function moneyMoved(queries: QueryClient): Promise<void> {
  await nextTick()
  await queries.invalidateQueries()
}
