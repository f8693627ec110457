/** An application on its way: what is asked for, and the key it is sent under. */
import { read } from '@/lib/money'
import { type Sent, unsent } from '@/session/sending'

export interface Draft extends Sent {
  firm: string
  account: string
  /** As much as possible, or an amount. */
  how: 'most' | 'amount'
  amount: string
  months: string
}

export const CURRENCY = 'CNY' as const
export const emptyDraft = (): Draft => ({ firm: '', account: '', how: 'most', amount: '', months: '12', ...unsent() })

/** What is sent; the same draft always gives the same, or its key would not fit. */
export function bodyOf(draft: Draft) {
  const found = read(draft.amount, CURRENCY)
  const requested = draft.how === 'amount' && found.ok ? { amount: found.amount, currency: CURRENCY } : null
  return { account_id: draft.account, requested, term_months: Number.parseInt(draft.months, 10) }
}
