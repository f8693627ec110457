import { expect, test } from 'vitest'

import { isSpan, spanOf } from '@/portal/accounts/statements/periods'

// Half past midnight in Shanghai is still the day before in London.
const NOW = new Date('2026-12-31T16:30:00Z')

test('periods are the days of the bank, whole months and years', () => {
  expect(spanOf('this_month', NOW)).toEqual({ first: '2027-01-01', last: '2027-01-01' })
  expect(spanOf('last_month', NOW)).toEqual({ first: '2026-12-01', last: '2026-12-31' })
  expect(spanOf('three_months', NOW)).toEqual({ first: '2026-11-01', last: '2027-01-01' })
  expect(spanOf('this_year', NOW)).toEqual({ first: '2027-01-01', last: '2027-01-01' })
})

test('a span is two days in order, none of them to come', () => {
  expect(isSpan({ first: '2026-12-01', last: '2027-01-01' }, NOW)).toBe(true)
  expect(isSpan({ first: '2026-12-01', last: '2027-01-02' }, NOW)).toBe(false)
  expect(isSpan({ first: '2026-12-02', last: '2026-12-01' }, NOW)).toBe(false)
  expect(isSpan({ first: '', last: '2026-12-01' }, NOW)).toBe(false)
})
