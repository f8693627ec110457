/** What came of something that was sent: a payment, or others who must agree to it first. */
import type { Schemas } from '@/api/client'

export type Waiting = Schemas['ProposalOut'] | Schemas['SignaturesWanted']
export type Outcome = { payment: string } | { waiting: Waiting }

export function outcomeOf(answer: Schemas['PaymentOut'] | Schemas['CollectionReceiptOut'] | Waiting): Outcome {
  if ('payment_id' in answer) return { payment: answer.payment_id }
  return 'kind' in answer ? { payment: answer.id } : { waiting: answer }
}
