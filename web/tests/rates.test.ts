import { expect, test } from 'vitest'

import { percent, plain } from '@/lib/rates'
import { isSpan, spanOf } from '@/portal/accounts/statements/periods'

test.each([
  ['0.0805', '8.05%'],
  ['0.08', '8.00%'],
  ['0', '0.00%'],
  ['1', '100.00%'],
  ['0.005631', '0.5631%'],
  ['-0.000631', '−0.0631%'],
])('%s a year is %s', (rate, words) => expect(percent(rate)).toBe(words))

test.each(['', '8%', '.08', '1e-2', '0.08 '])('%j is no rate', (text) => expect(() => percent(text)).toThrow())

test('a rate of exchange loses the zeros at its end, and only those', () => {
  expect(plain('6.650000')).toBe('6.65')
  expect(plain('100')).toBe('100')
  expect(plain('7.00')).toBe('7')
})

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
