/** A transfer on its way from the first digit to the receipt, and what can be wrong with it. */
import { type Malformed, type Money, read } from '@/lib/money'
import { type Sent, unsent } from '@/session/sending'

export const OTHER_BANK = 'other'

export interface Draft extends Sent {
  from: string
  currency: string
  /** Empty: an account here; a bank's code; or `other`, whose code is typed. */
  bank: string
  code: string
  number: string
  name: string
  amount: string
  remittance: string
}

export const emptyDraft = (): Draft => ({
  from: '', currency: 'CNY', bank: '', code: '', number: '', name: '', amount: '', remittance: '', ...unsent(),
})

type Fault = 'missing' | 'number' | 'code' | 'too_long' | Malformed
export type Faults = Partial<Record<'code' | 'number' | 'name' | 'amount' | 'remittance', Fault>>

const NUMBER = /^\d{6,32}$/
const NUMBER_ELSEWHERE = /^[0-9A-Za-z]{4,34}$/
/** A bank's number in the payment system (联行号), or its BIC. */
const BANK_CODE = /^(\d{12}|[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)$/
const NAME_MAX = 140
const REMITTANCE_MAX = 140

/** An account's number as it is pasted, without what people put between its digits. */
export const cleanNumber = (typed: string): string => typed.normalize('NFKC').replace(/[\s-]/g, '')

export const bankOf = (draft: { bank: string; code: string }): string => (draft.bank === OTHER_BANK ? cleanNumber(draft.code).toUpperCase() : draft.bank)

/** What has to be mended before it can be checked with the bank. */
export function faultsOf(draft: Draft): Faults {
  const faults: Faults = {}
  const number = cleanNumber(draft.number)
  if (number === '') faults.number = 'missing'
  else if (!(draft.bank === '' ? NUMBER : NUMBER_ELSEWHERE).test(number)) faults.number = 'number'
  if (draft.bank !== '' && !BANK_CODE.test(bankOf(draft))) faults.code = 'code'
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
  const bank = bankOf(draft)
  return {
    debtor_account_id: draft.from,
    creditor_account_number: cleanNumber(draft.number),
    creditor_name: draft.name.trim(),
    amount: amountOf(draft),
    ...(bank ? { creditor_bank_code: bank } : {}),
    ...(remittance ? { remittance } : {}),
  }
}
