/** A transfer on its way from the first digit to the receipt, and what can be wrong with it. */
import type { Kept } from '@/api/idempotency'
import { type Malformed, type Money, read } from '@/lib/money'

export interface Draft {
  from: string
  currency: string
  number: string
  name: string
  amount: string
  remittance: string
  /** The key it was sent under, and of which content. */
  kept: Kept | null
  /** It was sent and nobody knows how that ended: only the very same may be sent again. */
  uncertain: boolean
}

export const emptyDraft = (): Draft => ({
  from: '', currency: 'CNY', number: '', name: '', amount: '', remittance: '', kept: null, uncertain: false,
})

export type Fault = 'missing' | 'number' | 'too_long' | Malformed
export type Faults = Partial<Record<'number' | 'name' | 'amount' | 'remittance', Fault>>

const NUMBER = /^\d{6,32}$/
const NAME_MAX = 140
const REMITTANCE_MAX = 140

/** An account's number as it is pasted, without what people put between its digits. */
export const cleanNumber = (typed: string): string => typed.normalize('NFKC').replace(/[\s-]/g, '')

/** What has to be mended before it can be checked with the bank. */
export function faultsOf(draft: Draft): Faults {
  const faults: Faults = {}
  const number = cleanNumber(draft.number)
  if (number === '') faults.number = 'missing'
  else if (!NUMBER.test(number)) faults.number = 'number'
  if (draft.name.trim() === '') faults.name = 'missing'
  else if ([...draft.name.trim()].length > NAME_MAX) faults.name = 'too_long'
  const amount = read(draft.amount, draft.currency)
  if (!amount.ok) faults.amount = amount.why
  if ([...draft.remittance].length > REMITTANCE_MAX) faults.remittance = 'too_long'
  return faults
}

export const isWhole = (draft: Draft): boolean => draft.from !== '' && Object.keys(faultsOf(draft)).length === 0

export function amountOf(draft: Draft): Money {
  const found = read(draft.amount, draft.currency)
  return { amount: found.ok ? found.amount : '0', currency: draft.currency }
}

/** What is sent; the same draft always gives the same, or its key would not fit. */
export function bodyOf(draft: Draft) {
  const remittance = draft.remittance.trim()
  return {
    debtor_account_id: draft.from,
    creditor_account_number: cleanNumber(draft.number),
    creditor_name: draft.name.trim(),
    amount: amountOf(draft),
    ...(remittance ? { remittance } : {}),
  }
}
