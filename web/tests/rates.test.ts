import { expect, test } from 'vitest'

import { percent, percents } from '@/lib/rates'

test.each([
  ['0.0805', '8.05%'],
  ['0.08', '8.00%'],
  ['0', '0.00%'],
  ['1', '100.00%'],
  ['0.005631', '0.5631%'],
  ['-0.000631', '−0.0631%'],
])('%s a year is %s', (rate, words) => expect(percent(rate)).toBe(words))

test.each(['', '8%', '.08', '1e-2', '0.08 '])('%j is no rate', (text) => expect(() => percent(text)).toThrow())

test('rates under each other have as many places as the longest', () => {
  expect(percents(['0.025', '0.00563', '-0.00013'])).toEqual(['2.500%', '0.563%', '−0.013%'])
  expect(percents(['0.08', '0.005'])).toEqual(['8.00%', '0.50%'])
})
