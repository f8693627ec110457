import { expect, test } from 'vitest'

import { inFours, tail } from '@/lib/masks'

test('an account is known by its last four', () => expect(tail('6222021234567890123')).toBe('0123'))

test('cards are read in fours, however they were pasted', () => {
  expect(inFours('6222021234567890123')).toBe('6222 0212 3456 7890 123')
  expect(inFours('6222 0212 34')).toBe('6222 0212 34')
  expect(inFours('1234')).toBe('1234')
})
