/** A schedule in words, and what a form says of one. */
import type { Schemas } from '@/api/client'

export type Schedule = Schemas['ScheduleIn']
export const UNITS = ['month', 'week', 'day', 'once'] as const
export const HOLIDAYS = ['next', 'as_is', 'previous'] as const

export interface Wanted {
  unit: (typeof UNITS)[number]
  every: string
  first_on: string
  holidays: (typeof HOLIDAYS)[number]
  ends: '' | 'on' | 'after'
  last_on: string
  count: string
}

/** What is asked of the API; null while the form says no schedule yet. */
export function scheduleOf(wanted: Wanted): Schedule | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(wanted.first_on)) return null
  const base = { unit: wanted.unit, every: 1, first_on: wanted.first_on, holidays: wanted.holidays }
  if (wanted.unit === 'once') return base
  if (!/^[1-9]\d{0,2}$/.test(wanted.every)) return null
  if (wanted.ends === 'on' && !/^\d{4}-\d\d-\d\d$/.test(wanted.last_on)) return null
  if (wanted.ends === 'after' && !/^[1-9]\d{0,3}$/.test(wanted.count)) return null
  return {
    ...base, every: parseInt(wanted.every, 10),
    ...(wanted.ends === 'on' ? { last_on: wanted.last_on } : {}), ...(wanted.ends === 'after' ? { count: parseInt(wanted.count, 10) } : {}),
  }
}
