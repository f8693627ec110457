/** A deposit on its way from the first look to the signature. */
import type { Kept } from '@/api/idempotency'
import type { Schemas } from '@/api/client'
import { type Malformed, read } from '@/lib/money'

type Amount = Schemas['MoneySchema']
export type Instruction = Schemas['Instruction']

export interface Draft {
  from: string
  currency: string
  product: string
  amount: string
  instruction: Instruction | ''
  /** Of a notice deposit: when one thinks to take it out, to see what it would earn. */
  until: string
  agreed: boolean
  /** The key it was sent under, and of which content. */
  kept: Kept | null
  /** It was sent and nobody knows how that ended: only the very same may be sent again. */
  uncertain: boolean
  /** What was signed, word for word: the very same has it again. */
  digest: string
}

export const emptyDraft = (): Draft => ({
  from: '', currency: 'CNY', product: '', amount: '', instruction: '', until: '', agreed: false, kept: null, uncertain: false, digest: '',
})

/** What is wrong with the amount, if anything. */
export function faultOf(draft: Draft): Malformed | null {
  const found = read(draft.amount, draft.currency)
  return found.ok ? null : found.why
}

export const isWhole = (draft: Draft): boolean => draft.from !== '' && draft.product !== '' && faultOf(draft) === null

export function amountOf(draft: Draft): Amount {
  const found = read(draft.amount, draft.currency)
  return { amount: found.ok ? found.amount : '0', currency: draft.currency as Amount['currency'] }
}
