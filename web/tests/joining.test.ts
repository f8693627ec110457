import { expect, test } from 'vitest'

import { type Case, has, isCollecting, stepsOf } from '@/portal/joining/cases'
import { fillIn } from '@/portal/joining/reading'
import { currencyName, listed } from '@/portal/joining/words'

const of = (level: number, state: Case['state'] = 'opened', kinds: string[] = []): Case =>
  ({ level, state, evidence: kinds.map((kind) => ({ kind })) }) as unknown as Case

test('pictures come before the form they fill in, and a face only where the level takes one', () => {
  expect(stepsOf(of(1), 'person')).toEqual(['facts'])
  expect(stepsOf(of(2), 'person')).toEqual(['pictures', 'facts'])
  expect(stepsOf(of(3), 'person')).toEqual(['pictures', 'facts', 'face'])
  expect(stepsOf(of(1), 'organisation')).toEqual(['licence_facts'])
  expect(stepsOf(of(3), 'organisation')).toEqual(['licence', 'licence_facts'])
})

test('a case is filled in until the check begins', () => {
  expect([of(1), of(1, 'evidence'), of(1, 'checking'), of(1, 'refused')].map(isCollecting)).toEqual([true, true, false, false])
  expect(has(of(2, 'evidence', ['id_card_front']), 'id_card_front')).toBe(true)
  expect(has(of(2, 'evidence', ['id_card_front']), 'id_card_back')).toBe(false)
})

test('what was read fills empty fields and what we had guessed, never what somebody typed', () => {
  const draft = { name: '李雷', number: '', authority: '杭州市公安局' }
  fillIn(draft, { name: '李磊', number: '33010619900307123X', authority: '别处', unread: undefined }, { name: '李雷' })
  expect(draft).toEqual({ name: '李磊', number: '33010619900307123X', authority: '杭州市公安局' })
})

test('the platform lists and names in the language that is read', () => {
  expect(listed(['甲', '乙', '丙'], 'zh')).toBe('甲、乙和丙')
  expect(listed(['a', 'b', 'c'], 'en')).toBe('a, b and c')
  expect(currencyName('CNY', 'zh')).toBe('人民币')
})
