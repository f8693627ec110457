import { expect, test } from 'vitest'

import { inFours, maskIdentity, maskName, maskPhone, tail } from '@/lib/masks'

test('names keep the first and the last character, rare ones too', () => {
  expect(maskName('王小明')).toBe('王*明')
  expect(maskName('张伟')).toBe('张*')
  expect(maskName('𠮷田')).toBe('𠮷*')
  expect(maskName('阿')).toBe('阿')
  expect(maskName('')).toBe('')
})

test('numbers keep what their owner knows them by', () => {
  expect(maskPhone('13812345678')).toBe('138****5678')
  expect(maskIdentity('330106199001011234')).toBe('3301**********1234')
  expect(maskIdentity('12345678')).toBe('********')
  expect(tail('6222021234567890123')).toBe('0123')
})

test('cards are read in fours, however they were pasted', () => {
  expect(inFours('6222021234567890123')).toBe('6222 0212 3456 7890 123')
  expect(inFours('6222 0212 34')).toBe('6222 0212 34')
  expect(inFours('1234')).toBe('1234')
})
