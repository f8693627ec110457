import { expect, test } from 'vitest'

import { pathOf } from '@/lib/spark'

test('a balance holds until it changes, the highest is on top', () => {
  expect(pathOf(['0.00', '10.00', '5.00'], 100, 20)).toBe('M0 20.0H50.0V0.0H100.0V10.0')
})

test('what does not move is a line in the middle; a single point is no line', () => {
  expect(pathOf(['7', '7.00'], 100, 20)).toBe('M0 10H100.0V10')
  expect(pathOf(['7'], 100, 20)).toBe('')
})

test('large amounts and small differences do not run into each other', () => {
  expect(pathOf(['9007199254740993.01', '9007199254740993.02'], 10, 10)).toBe('M0 10.0H10.0V0.0')
  expect(pathOf(['-5.00', '5.00'], 10, 10)).toBe('M0 10.0H10.0V0.0')
})
