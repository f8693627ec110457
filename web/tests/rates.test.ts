import { expect, test } from 'vitest'

import { percent } from '@/lib/rates'
import { isSpan, spanOf } from '@/portal/accounts/statements/periods'

test('a ratio is read as a percentage with two digits or more', () => {
  expect(percent.of('0.0135')).toBe('1.35%')
  expect(percent.of('0.0005')).toBe('0.05%')
  expect(percent.of('0.01305')).toBe('1.305%')
  expect(percent.of('0')).toBe('0.00%')
  expect(percent.of('0.1')).toBe('10.00%')
  expect(percent.of('1.2')).toBe('120.00%')
  expect(percent.of('-0.005')).toBe('-0.50%')
})

test('a rate of exchange loses the zeros at its end, and only those', () => {
  expect(percent.plain('6.650000')).toBe('6.65')
  expect(percent.plain('100')).toBe('100')
  expect(percent.plain('7.00')).toBe('7')
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
