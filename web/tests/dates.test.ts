import { expect, test } from 'vitest'

import { daysSince, dayOf, dayWords, near, partOfDay, timeOf, weekday } from '@/lib/dates'

const LATE = new Date('2026-11-21T16:05:00Z') // five past midnight in Shanghai, the 22nd

test('an instant belongs to the bank’s day, whatever zone the reader is in', () => {
  expect(dayOf(LATE)).toBe('2026-11-22')
  expect(timeOf(LATE)).toBe('00:05')
})

test('near days have names', () => {
  expect(near('2026-11-22', LATE)).toBe('today')
  expect(near('2026-11-21', LATE)).toBe('yesterday')
  expect(near('2026-11-20', LATE)).toBeNull()
})

test('an age is counted in days of the calendar', () => {
  expect(daysSince(LATE, LATE)).toBe(0)
  expect(daysSince(new Date('2026-11-21T15:59:00Z'), LATE)).toBe(1) // six minutes before, a day ago
  expect(daysSince(new Date('2026-11-06T04:00:00Z'), LATE)).toBe(16)
})

test('other days are written as people write them', () => {
  expect(dayWords('2026-11-20', 'zh', LATE)).toBe('11月20日')
  expect(dayWords('2025-11-20', 'zh', LATE)).toBe('2025年11月20日')
  expect(dayWords('2026-11-20', 'en', LATE)).toBe('20 Nov')
  expect(dayWords('2025-11-20', 'en', LATE)).toBe('20 Nov 2025')
})

test('the greeting follows the bank’s clock', () => {
  const at = (hour: string) => partOfDay(new Date(`2026-11-22T${hour}:30:00+08:00`))
  expect([at('04'), at('07'), at('12'), at('15'), at('21')]).toEqual(['evening', 'morning', 'noon', 'afternoon', 'evening'])
})

test('a weekday is that of the bank’s calendar', () => {
  expect([weekday('2026-11-24', 'zh'), weekday('2026-11-24', 'en')]).toEqual(['周二', 'Tuesday'])
})
