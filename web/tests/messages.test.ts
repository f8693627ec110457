import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import portalInEnglish from '@/messages/en'
import helpInEnglish from '@/messages/en/help'
import staffInEnglish from '@/messages/en/staff'
import portalInChinese from '@/messages/zh'
import helpInChinese from '@/messages/zh/help'
import staffInChinese from '@/messages/zh/staff'

const zh = { ...portalInChinese, ...helpInChinese, ...staffInChinese }
const en = { ...portalInEnglish, ...helpInEnglish, ...staffInEnglish }

const flat = (tree: object, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value as object, `${prefix}${key}.`),
  )
const chinese = new Map(flat(zh))
const english = new Map(flat(en))
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()

const sources = readdirSync(join(import.meta.dirname, '../src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(vue|ts)$/.test(name) && !name.startsWith('messages') && name !== 'api/schema.d.ts')
  .map((name) => readFileSync(join(import.meta.dirname, '../src', name), 'utf8'))
const used = new Set(sources.flatMap((text) => [...text.matchAll(/['"`]([a-z_]+(?:\.[a-z_0-9]+)+)['"`]/g)].map((match) => match[1] ?? '')))
/** Keys that are put together: t(`payment.${status}`). */
const prefixes = sources.flatMap((text) => [...text.matchAll(/`([a-z_]+(?:\.[a-z_]+)*[._])\$\{/g)].map((match) => match[1] ?? ''))

test('no area says another one’s words', () => {
  const roots = [...Object.keys(portalInChinese), ...Object.keys(helpInChinese), ...Object.keys(staffInChinese)]
  expect(new Set(roots).size).toBe(roots.length)
})

test('Chinese is written with Chinese signs', () => {
  expect([...chinese].filter(([, text]) => /[一-鿿][,;:?!(]|[,;:?!)][一-鿿]/.test(text))).toEqual([])
})

test('both languages have the same keys, none of them empty', () => {
  expect([...english.keys()]).toEqual([...chinese.keys()])
  for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe('')
})

test('both wordings of a text have the same places', () => {
  for (const [key, text] of chinese) expect(places(english.get(key) ?? ''), key).toEqual(places(text))
})

test('Chinese words are Chinese, English ones are not', () => {
  for (const [key, text] of english) expect(text, key).not.toMatch(/\p{Script=Han}/u)
  for (const [key, text] of chinese) expect(text, key).toMatch(/\p{Script=Han}/u)
})

test('no word is there that no page says', () => {
  const said = (key: string): boolean => used.has(key) || prefixes.some((prefix) => key.startsWith(prefix))
  expect([...chinese.keys()].filter((key) => !said(key))).toEqual([])
})

test('no page says a word that is not there', () => {
  const roots = new Set(Object.keys(zh))
  const asked = sources.flatMap((text) => [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''))
  expect(asked.length).toBeGreaterThan(100)
  expect(asked.filter((key) => !chinese.has(key))).toEqual([])
  expect(prefixes.filter((prefix) => roots.has(prefix.split('.')[0] ?? '')).filter((prefix) => ![...chinese.keys()].some((key) => key.startsWith(prefix)))).toEqual([])
})
