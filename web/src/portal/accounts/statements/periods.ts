/** The spans of days people ask statements for; days are the bank's. */
import { dayOf } from '@/lib/dates'

export type Period = 'this_month' | 'last_month' | 'three_months' | 'this_year' | 'own'
export const PERIODS = ['this_month', 'last_month', 'three_months', 'this_year', 'own'] as const

export interface Span {
  first: string
  last: string
}

const DAY = /^\d{4}-\d\d-\d\d$/
const iso = (year: number, month: number, day: number): string => new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)

/** The days of a period as seen from an instant; both are included. */
export function spanOf(period: Exclude<Period, 'own'>, now: Date): Span {
  const today = dayOf(now)
  const [year = 0, month = 0] = today.split('-').map(Number)
  switch (period) {
    case 'this_month':
      return { first: iso(year, month, 1), last: today }
    case 'last_month':
      return { first: iso(year, month - 1, 1), last: iso(year, month, 0) }
    case 'three_months':
      return { first: iso(year, month - 2, 1), last: today }
    case 'this_year':
      return { first: iso(year, 1, 1), last: today }
  }
}

/** Whether two texts are days in their order, none of them still to come. */
export const isSpan = ({ first, last }: Span, now: Date): boolean => DAY.test(first) && DAY.test(last) && first <= last && last <= dayOf(now)
