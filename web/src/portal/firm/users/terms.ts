/** As what somebody acts for a firm: a role, and up to how much in which currency. */
import type { Schemas } from '@/api/client'
import { format, type Malformed, read } from '@/lib/money'

import type { Member } from '../acting'

export const ROLES = ['viewer', 'maker', 'checker', 'administrator'] as const
export type Role = (typeof ROLES)[number]
export type Band = Schemas['BandShape']
export const CURRENCIES = ['CNY', 'USD', 'EUR', 'HKD'] as const

export interface BandDraft {
  currency: string
  any: boolean
  amount: string
  perDay: string
}
export interface Terms {
  role: Role
  bands: BandDraft[]
  /** A day, or nothing. */
  ends: string
}

export const hasBands = (role: string): boolean => role === 'maker' || role === 'checker'
export const emptyTerms = (): Terms => ({ role: 'viewer', bands: [{ currency: 'CNY', any: false, amount: '', perDay: '' }], ends: '' })

export const termsOf = (member: Member): Terms => ({
  role: ROLES.find((each) => each === member.role) ?? 'viewer',
  bands: member.bands.length
    ? member.bands.map(({ currency, amount, per_day }) => ({ currency, any: amount === null, amount: amount ?? '', perDay: per_day === amount ? '' : (per_day ?? '') }))
    : emptyTerms().bands,
  ends: member.ends_at?.slice(0, 10) ?? '',
})

/** What is wrong with a band's amount, if anything. */
export function faultOf(band: BandDraft, field: 'amount' | 'perDay'): Malformed | null {
  if (band.any || (field === 'perDay' && band.perDay.trim() === '')) return null
  const found = read(band[field], band.currency)
  return found.ok ? null : found.why
}

export const isWhole = ({ role, bands }: Terms): boolean =>
  !hasBands(role) || bands.every((band) => faultOf(band, 'amount') === null && faultOf(band, 'perDay') === null)

/** What is sent; a day ends at its last second in Beijing. */
export function bodyOf({ role, bands, ends }: Terms): Schemas['TermsIn'] {
  const amount = (typed: string, currency: string): string => {
    const found = read(typed, currency)
    return found.ok ? found.amount : ''
  }
  const shape = ({ currency, any, amount: most, perDay }: BandDraft): Band => ({
    currency: currency as Band['currency'],
    amount: any ? null : amount(most, currency),
    ...(any || perDay.trim() === '' || role !== 'maker' ? {} : { per_day: amount(perDay, currency) }),
  })
  return { role, bands: hasBands(role) ? bands.map(shape) : [], ends_at: ends ? `${ends}T23:59:59+08:00` : null }
}

export const bandWords = (bands: readonly Band[], any: string): string =>
  bands.map(({ currency, amount }) => (amount === null ? `${currency} ${any}` : format({ amount, currency }))).join(' · ')
