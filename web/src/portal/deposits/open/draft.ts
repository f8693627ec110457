/** A deposit on its way from the first look to the signature. */
import type { Schemas } from '@/api/client'
import { type Malformed, read } from '@/lib/money'
import { type Sent, unsent } from '@/session/sending'

type Amount = Schemas['MoneySchema']
export type Instruction = Schemas['Instruction']

export interface Draft extends Sent {
  from: string
  currency: string
  product: string
  amount: string
  instruction: Instruction | ''
  /** Of a notice deposit: when one thinks to take it out, to see what it would earn. */
  until: string
  agreed: boolean
  /** What was signed, word for word: the very same has it again. */
  digest: string
}

export const emptyDraft = (): Draft => ({
  from: '', currency: 'CNY', product: '', amount: '', instruction: '', until: '', agreed: false, digest: '', ...unsent(),
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
