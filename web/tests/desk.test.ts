import { expect, test } from 'vitest'

import { cell, csvOf } from '@/lib/csv'
import { momentOf } from '@/lib/dates'
import { idOf, isAccountNumber } from '@/staff/found'
import { compared } from '@/staff/people/evidence'
import { linesOf } from '@/staff/people/payload'
import { prefsOf, withView } from '@/staff/table/prefs'

test('a cell is quoted where it must be', () => {
  expect(cell('陈建国')).toBe('陈建国')
  expect(cell('a,b')).toBe('"a,b"')
  expect(cell('say "yes"\nor no')).toBe('"say ""yes""\nor no"')
})

test('what somebody else wrote is no formula, and a negative amount stays a figure', () => {
  expect(cell('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`)
  for (const text of ['+cmd|x', '-1+2', '@SUM(A1)', '\t=1']) expect(cell(text)[0], text).toBe("'")
  for (const text of ['-1,234.50', '+5', '128.00']) expect(cell(text).replaceAll('"', '')).toBe(text)
})

test('a file begins with the mark of UTF-8 and ends its lines as RFC 4180 has it', () => {
  expect(csvOf([['a', 'b'], ['1', '']])).toBe('\ufeffa,b\r\n1,\r\n')
})

test('an instant is told by the bank’s clock, and nothing else is changed', () => {
  expect(momentOf('2026-11-22T18:04:05.123456Z')).toBe('2026-11-23 02:04:05')
  expect(momentOf('2026-11-22T18:04:05+08:00')).toBe('2026-11-22 18:04:05')
  for (const text of ['2026-11-22', '', 'WA-2026-11-22T1', '91330106TWDXAK625N']) expect(momentOf(text)).toBe(text)
})

test('what was kept of a table is read with care', () => {
  const empty = { columns: null, roomy: false, views: [] }
  for (const text of [null, '', '{', '[]', '3', '"x"', '{"views": 1, "columns": [], "roomy": "yes"}']) expect(prefsOf(text)).toEqual(empty)
  const view = { name: '转人工', query: { state: 'needs_staff' }, columns: null }
  const odd = [view, { name: 1, query: {} }, { name: 'x', query: { a: 1 } }, null]
  expect(prefsOf(JSON.stringify({ columns: ['a'], roomy: true, views: odd }))).toEqual({ columns: ['a'], roomy: true, views: [view] })
})

test('a view of the same name is replaced, and the oldest of too many goes', () => {
  const view = (name: string, state = '') => ({ name, query: { state }, columns: null })
  expect(withView([view('a'), view('b')], view('a', 'new'))).toEqual([view('b'), view('a', 'new')])
  const many = Array.from({ length: 12 }, (_, index) => view(String(index)))
  expect(withView(many, view('last')).map((each) => each.name)).toEqual([...many.slice(1).map((each) => each.name), 'last'])
})

test('sources are compared fact by fact, the newest of each kind', () => {
  const piece = (id: string, kind: string, facts: Record<string, unknown> | null) => ({ id, kind, facts })
  const { sources, fields } = compared([
    piece('1', 'id_card', { name: '李雷', sex: 'male' }),
    piece('2', 'id_card_front', { media_type: 'image/jpeg', sha256: 'ab' }),
    piece('3', 'id_card', { name: '李蕾', sex: 'female', address: null }),
    piece('4', 'id_card_reading', { name: '李雷' }),
    piece('5', 'identity_bureau', null),
  ])
  expect(sources).toEqual([{ id: '3', kind: 'id_card' }, { id: '4', kind: 'id_card_reading' }])
  expect(fields).toEqual([
    { field: 'name', values: ['李蕾', '李雷'], differs: true },
    { field: 'sex', values: ['female', ''], differs: false },
    { field: 'address', values: ['', ''], differs: false },
  ])
})

test('a proposal is read line by line, beside what holds now', () => {
  const payload = { rule: { code: 'x', maximum: { amount: { amount: '5.00', currency: 'CNY' }, count: null }, roles: ['a', 'b'] }, note: null }
  expect(linesOf(payload)).toEqual([
    { path: ['rule', 'code'], after: 'x', before: undefined },
    { path: ['rule', 'maximum', 'amount'], after: 'CNY 5.00', before: undefined },
    { path: ['rule', 'roles'], after: 'a, b', before: undefined },
  ])
  const before = { rule: { code: 'x', maximum: { amount: { amount: '3.00', currency: 'CNY' }, count: 2 }, roles: ['a'] } }
  expect(linesOf(payload, before).map((line) => [line.before, line.after])).toEqual([['x', 'x'], ['CNY 3.00', 'CNY 5.00'], ['2', ''], ['a', 'a, b']])
  expect(linesOf({ postings: [{ debit: 'x' }] })[0]?.path).toEqual(['postings', '1', 'debit'])
})

test('an id is known in any way of writing it', () => {
  const id = '01a204b7-dd3e-74f1-b03e-4e6106c8fd29'
  for (const text of [id, ` ${id.toUpperCase()} `, id.replaceAll('-', '')]) expect(idOf(text)).toBe(id)
  for (const text of ['', 'x', '6222021234567890', `${id}0`, id.replace('a', 'g')]) expect(idOf(text)).toBeNull()
  expect(isAccountNumber('6222 0212 3456 7890')).toBe(true)
  expect(isAccountNumber('62220')).toBe(false)
})
