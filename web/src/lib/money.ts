/**
 * Amounts are decimal strings from end to end: nothing here goes through a floating-point number.
 * Grouping, shortening and capitals move characters; the one sum there is adds integers.
 */
export interface Money {
  amount: string
  currency: string
}

export type Signed = 'minus' | 'always' | 'never'

const AMOUNT = /^(-?)(\d+)(?:\.(\d+))?$/
const MINUS = '−'
const SYMBOLS: Readonly<Record<string, string>> = {
  CNY: '¥', USD: '$', EUR: '€', GBP: '£', HKD: 'HK$', JPY: 'JP¥', SGD: 'S$', TWD: 'NT$', KRW: '₩',
}
const SCALES: Readonly<Record<string, number>> = {
  BHD: 3, CLP: 0, ISK: 0, JOD: 3, JPY: 0, KRW: 0, KWD: 3, OMR: 3, TND: 3, VND: 0,
}
const WHOLE_DIGITS_MAX = 13

interface Parts {
  negative: boolean
  sign: string
  symbol: string
  whole: string
  fraction: string
}

/** The digits after the point that a currency has. */
const scaleOf = (currency: string): number => SCALES[currency] ?? 2

/** ¥ for CNY; a currency without a sign of its own is named by its code. */
export const symbolOf = (currency: string): string => SYMBOLS[currency] ?? `${currency} `

/** 1234567 -> 1,234,567 */
export const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** The pieces of an amount as it is shown. Throws for what is no amount: better than a wrong one. */
export function partsOf(money: Money, signed: Signed = 'minus'): Parts {
  const [, minus = '', digits = '', fraction = ''] = match(money.amount)
  const isZero = /^0*$/.test(digits + fraction)
  const negative = minus === '-' && !isZero
  const sign = signed === 'never' || isZero ? '' : negative ? MINUS : signed === 'always' ? '+' : ''
  return { negative, sign, symbol: symbolOf(money.currency), whole: group(trimmed(digits)), fraction }
}

/** ¥1,234.50, −¥1,234.50, +¥1,234.50 */
export function format(money: Money, signed: Signed = 'minus'): string {
  const { sign, symbol, whole, fraction } = partsOf(money, signed)
  return `${sign}${symbol}${whole}${fraction && `.${fraction}`}`
}

/** Few digits where there is little room: ¥128.5万, ¥1.28M. Cut, never rounded up. */
export function short(money: Money, language: string, signed: Signed = 'minus'): string {
  const { sign, symbol } = partsOf(money, signed)
  const digits = trimmed(match(money.amount)[2] ?? '')
  const steps: readonly (readonly [number, string])[] = language.startsWith('zh')
    ? [[12, '万亿'], [8, '亿'], [4, '万']]
    : [[12, 'T'], [9, 'B'], [6, 'M']]
  const step = steps.find(([zeros]) => digits.length > zeros)
  if (!step) return format(money, signed)
  const [zeros, unit] = step
  const rest = digits.slice(-zeros).slice(0, 2).replace(/0+$/, '')
  return `${sign}${symbol}${group(digits.slice(0, -zeros))}${rest && `.${rest}`}${unit}`
}

export type Malformed = 'empty' | 'not_a_number' | 'too_precise' | 'too_large' | 'not_positive'
export type Read = { ok: true; amount: string } | { ok: false; why: Malformed }

/** What somebody typed or pasted as a positive amount: full-width digits, commas and ¥ are fine. */
export function read(typed: string, currency: string): Read {
  const plain = typed.normalize('NFKC').replace(/[\s,，]/g, '').replace(/。/g, '.').replace(/^[¥￥$€£]|元$/g, '')
  if (plain === '') return { ok: false, why: 'empty' }
  const found = /^(\d*)(?:\.(\d*))?$/.exec(plain)
  if (!found || plain === '.') return { ok: false, why: 'not_a_number' }
  const whole = trimmed(found[1] || '0')
  const scale = scaleOf(currency)
  const fraction = (found[2] ?? '').replace(/0+$/, '')
  if (fraction.length > scale) return { ok: false, why: 'too_precise' }
  if (whole.length > WHOLE_DIGITS_MAX) return { ok: false, why: 'too_large' }
  const amount = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`
  return /[1-9]/.test(amount) ? { ok: true, amount } : { ok: false, why: 'not_positive' }
}

/** Whole minor units: exact, and of no use for anything but comparing and adding. */
function minorOf(money: Money): bigint {
  const [, minus = '', digits = '', fraction = ''] = match(money.amount)
  return BigInt(`${minus}${digits}${fraction.padEnd(scaleOf(money.currency), '0')}`)
}

/** Tell which is more; both are of one currency. */
export function compare(one: Money, other: Money): -1 | 0 | 1 {
  if (one.currency !== other.currency) throw new Error('amounts of different currencies')
  const [a, b] = [minorOf(one), minorOf(other)]
  return a < b ? -1 : a > b ? 1 : 0
}

/** Zero, however many digits say so. */
export const isNothing = ({ amount }: Money): boolean => !/[1-9]/.test(amount)

/** How many thousandths of `whole` a part is, for a picture: 0 to 1000. */
export function thousandths(part: Money, whole: Money): number {
  const [a, b] = [minorOf(part), minorOf(whole)]
  if (b <= 0n) return a > 0n ? 1000 : 0
  const found = (a * 1000n) / b
  return Number(found < 0n ? 0n : found > 1000n ? 1000n : found)
}

/** What one has in each currency, in the order in which they first come. */
export function totals(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, bigint>()
  for (const each of amounts) sums.set(each.currency, (sums.get(each.currency) ?? 0n) + minorOf(each))
  return [...sums].map(([currency, minor]) => ({ amount: textOf(minor, scaleOf(currency)), currency }))
}

/** What is left of one when the other is taken from it; both are of one currency. */
export function minus(one: Money, other: Money): Money {
  if (one.currency !== other.currency) throw new Error('amounts of different currencies')
  return { amount: textOf(minorOf(one) - minorOf(other), scaleOf(one.currency)), currency: one.currency }
}

function textOf(minor: bigint, scale: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(scale + 1, '0')
  const sign = minor < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const CAPITALS = '零壹贰叁肆伍陆柒捌玖'
const PLACES = ['', '拾', '佰', '仟']
const GROUPS = ['', '万', '亿', '万亿']

/** 人民币壹仟贰佰叁拾肆元伍角整: how contracts and receipts carry an amount of renminbi. */
export function capitals(amount: string): string {
  const [, minus = '', whole = '', fraction = ''] = match(amount)
  const digits = trimmed(whole)
  const [jiao = '0', fen = '0'] = fraction
  let words = digits === '0' ? '' : `${capitalWhole(digits)}元`
  if (jiao === '0' && fen === '0') words = `${words || '零元'}整`
  else {
    // 零 stands between yuan and fen, and after a yuan that ends in zero.
    if (words && (jiao === '0' || digits.endsWith('0'))) words += '零'
    if (jiao !== '0') words += `${CAPITALS[Number(jiao)]}角`
    words += fen === '0' ? '整' : `${CAPITALS[Number(fen)]}分`
  }
  return `人民币${minus && '负'}${words}`
}

function capitalWhole(digits: string): string {
  let words = ''
  let gap = false
  for (let index = 0; index < digits.length; index += 1) {
    const place = digits.length - 1 - index
    const digit = Number(digits[index])
    if (digit === 0) gap = true
    else {
      words += `${gap && words ? '零' : ''}${CAPITALS[digit]}${PLACES[place % 4]}`
      gap = false
    }
    const inGroup = digits.slice(Math.max(0, index - 3 + (place % 4)), index + 1)
    if (place % 4 === 0 && /[1-9]/.test(inGroup)) words += GROUPS[place / 4] ?? ''
  }
  return words
}

const trimmed = (digits: string): string => digits.replace(/^0+(?=\d)/, '')

function match(amount: string): RegExpExecArray {
  const found = AMOUNT.exec(amount)
  if (!found) throw new Error(`no amount: ${JSON.stringify(amount)}`)
  return found
}
