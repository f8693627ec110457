import { expect, test } from 'vitest'

import { cell, csvOf } from '@/lib/csv'
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
