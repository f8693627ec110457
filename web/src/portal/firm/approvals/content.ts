/** What is to be done, read out in full: every member of it, whatever it is. */
import { format, type Money } from '@/lib/money'
import { inFours } from '@/lib/masks'

interface ContentLine {
  name: string
  value: string
  /** Set in figures of one width: numbers and ids are compared digit by digit. */
  code: boolean
}
interface Words {
  t: (key: string) => string
  te: (key: string) => boolean
  /** What an account of one's own is called. */
  account: (id: string) => string | null
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isMoney = (value: unknown): value is Money =>
  isObject(value) && Object.keys(value).length === 2 && typeof value['amount'] === 'string' && typeof value['currency'] === 'string'

/** What one looks at first; the rest follows as it came. */
const FIRST = ['creditor_name', 'creditor_account_number', 'creditor_bank_code', 'amount', 'total', 'payments', 'debtor_account_id', 'debtor_account_number', 'remittance', 'name', 'login', 'role']
const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length)

export function linesOf(content: Record<string, unknown>, words: Words): ContentLine[] {
  return Object.entries(content)
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .flatMap(([key, value]) => lineOf(key, value, words))
}

function lineOf(key: string, value: unknown, words: Words): ContentLine[] {
  if (key === 'policy' && value === null) return [{ name: words.t('content.policy'), value: words.t('content.no_policy'), code: false }]
  if (value === null || value === '' || (isObject(value) && Object.keys(value).length === 0)) return []
  const name = words.te(`content.${key}`) ? words.t(`content.${key}`) : key
  if (isMoney(value)) return [{ name, value: format(value), code: false }]
  if (isObject(value)) {
    return Object.entries(value).flatMap(([inner, each]) =>
      lineOf(inner, each === null ? words.t('content.any') : each, words).map((line) => ({ ...line, name: `${name} · ${line.name}` })),
    )
  }
  if (Array.isArray(value)) return [{ name, value: value.map((each) => (isObject(each) ? JSON.stringify(each) : String(each))).join(' · '), code: value.some(isObject) }]
  const text = String(value)
  if (words.te(`content_is.${key}.${text}`)) return [{ name, value: words.t(`content_is.${key}.${text}`), code: false }]
  const known = ID.test(text) ? words.account(text) : null
  if (known) return [{ name, value: known, code: false }]
  if (/account_number$/.test(key)) return [{ name, value: inFours(text), code: false }]
  return [{ name, value: text, code: ID.test(text) || /^[0-9a-f]{64}$/.test(text) }]
}
