import { describe, expect, test } from 'vitest'

import { capitals, compare, format, isNothing, read, short, thousandths, totals } from '@/lib/money'

const cny = (amount: string) => ({ amount, currency: 'CNY' })

describe('an amount as it is shown', () => {
  test.each([
    ['0.00', '¥0.00'],
    ['999.90', '¥999.90'],
    ['1234567.80', '¥1,234,567.80'],
    ['-1000.00', '−¥1,000.00'],
    ['-0.00', '¥0.00'],
    ['9007199254740993.01', '¥9,007,199,254,740,993.01'],
  ])('%s', (amount, shown) => expect(format(cny(amount))).toBe(shown))

  test('carries a plus only where asked, and never for nothing', () => {
    expect(format(cny('12.00'), 'always')).toBe('+¥12.00')
    expect(format(cny('0.00'), 'always')).toBe('¥0.00')
    expect(format(cny('-12.00'), 'never')).toBe('¥12.00')
  })

  test('has as many decimals as its currency', () => {
    expect(format({ amount: '1000', currency: 'JPY' })).toBe('JP¥1,000')
    expect(format({ amount: '1.250', currency: 'KWD' })).toBe('KWD 1.250')
  })

  test.each(['', '1e5', '1,000', 'NaN', '１２', ' 1', '1.'])('%j is refused', (amount) =>
    expect(() => format(cny(amount))).toThrow())
})

describe('an amount where there is little room', () => {
  test.each([
    ['9999.99', '¥9,999.99', '¥9,999.99'],
    ['10000.00', '¥1万', '¥10,000.00'],
    ['1289999.99', '¥128.99万', '¥1.28M'],
    ['100500000.00', '¥1亿', '¥100.5M'],
    ['-23000000000.00', '−¥230亿', '−¥23B'],
    ['12345678901234.00', '¥12.34万亿', '¥12.34T'],
  ])('%s', (amount, zh, en) => {
    expect(short(cny(amount), 'zh')).toBe(zh)
    expect(short(cny(amount), 'en')).toBe(en)
  })
})

describe('an amount as it is typed', () => {
  test.each([
    ['1234.5', '1234.50'],
    ['１，２３４。５', '1234.50'],
    ['¥1,234.50', '1234.50'],
    ['￥ 12 元', '12.00'],
    ['007', '7.00'],
    ['.5', '0.50'],
    ['12.', '12.00'],
    ['1.5000', '1.50'],
  ])('%s', (typed, amount) => expect(read(typed, 'CNY')).toEqual({ ok: true, amount }))

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['.', 'not_a_number'],
    ['12x', 'not_a_number'],
    ['-5', 'not_a_number'],
    ['1e3', 'not_a_number'],
    ['1.2.3', 'not_a_number'],
    ['<script>', 'not_a_number'],
    ['1.005', 'too_precise'],
    ['12345678901234', 'too_large'],
    ['0.00', 'not_positive'],
  ])('%j is refused as %s', (typed, why) => expect(read(typed, 'CNY')).toEqual({ ok: false, why }))

  test('yen have no decimals', () => {
    expect(read('1000', 'JPY')).toEqual({ ok: true, amount: '1000' })
    expect(read('1000.5', 'JPY')).toEqual({ ok: false, why: 'too_precise' })
  })
})

test('amounts are compared exactly, beyond what a number could tell apart', () => {
  expect(compare(cny('9007199254740993.01'), cny('9007199254740993.02'))).toBe(-1)
  expect(compare(cny('2.00'), cny('2.00'))).toBe(0)
  expect(() => compare(cny('1.00'), { amount: '1.00', currency: 'USD' })).toThrow()
})

test('totals keep currencies apart and add up to the cent', () => {
  const yen = { amount: '5', currency: 'JPY' }
  expect(totals([cny('0.10'), yen, cny('0.20'), cny('-1.05')])).toEqual([cny('-0.75'), yen])
  expect(totals([])).toEqual([])
})

describe('an amount in capitals', () => {
  test.each([
    ['0.00', '人民币零元整'],
    ['1234.50', '人民币壹仟贰佰叁拾肆元伍角整'],
    ['1234.56', '人民币壹仟贰佰叁拾肆元伍角陆分'],
    ['1234.06', '人民币壹仟贰佰叁拾肆元零陆分'],
    ['10.00', '人民币壹拾元整'],
    ['1001.00', '人民币壹仟零壹元整'],
    ['10010.00', '人民币壹万零壹拾元整'],
    ['100000.00', '人民币壹拾万元整'],
    ['100000001.00', '人民币壹亿零壹元整'],
    ['1010000.00', '人民币壹佰零壹万元整'],
    ['20300400.05', '人民币贰仟零叁拾万零肆佰元零伍分'],
    ['0.05', '人民币伍分'],
    ['0.50', '人民币伍角整'],
    ['10.50', '人民币壹拾元零伍角整'],
  ])('%s', (amount, words) => expect(capitals(amount)).toBe(words))
})

test('a part is shown in thousandths of the whole, never beyond it', () => {
  expect(thousandths(cny('126000.00'), cny('500000.00'))).toBe(252)
  expect(thousandths(cny('0.00'), cny('500000.00'))).toBe(0)
  expect(thousandths(cny('9.00'), cny('3.00'))).toBe(1000)
  expect(thousandths(cny('-1.00'), cny('3.00'))).toBe(0)
  expect(thousandths(cny('1.00'), cny('0.00'))).toBe(1000)
})

test.each([['0', true], ['0.00', true], ['-0.00', true], ['0.01', false], ['-10.00', false]])('%s is nothing: %s', (amount, is) => expect(isNothing(cny(amount))).toBe(is))
