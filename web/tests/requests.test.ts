import { beforeEach, describe, expect, test, vi } from 'vitest'

import { door, take } from '@/api/client'
import { keyFor } from '@/api/idempotency'
import { asProblem, problemOf, unreachable } from '@/api/problem'
import { emptyDraft, bodyOf, faultsOf, isWhole } from '@/portal/paying/transfer/draft'
import { filterOf, queryOf } from '@/portal/accounts/entryFilter'
import { drafts } from '@/session/drafts'

class Memory {
  [key: string]: unknown
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(this[key]) : null
  }
  setItem(key: string, value: string): void {
    this[key] = value
  }
  removeItem(key: string): void {
    delete this[key]
  }
}
beforeEach(() => void vi.stubGlobal('sessionStorage', new Memory()))

test('the same body keeps its key, another gets another', () => {
  const first = keyFor({ amount: '1.00' }, null)
  expect(keyFor({ amount: '1.00' }, first)).toBe(first)
  const second = keyFor({ amount: '2.00' }, first)
  expect(second.key).not.toBe(first.key)
  expect(second.key.length).toBeGreaterThanOrEqual(32)
})

describe('what went wrong', () => {
  test('a problem document is taken as it is', () => {
    const body = { code: 'ledger.insufficient_funds', title: '余额不足', status: 422, instance: 'urn:tongbao:request:0198' }
    const problem = problemOf(422, body)
    expect([problem.code, problem.message, problem.reference]).toEqual(['ledger.insufficient_funds', '余额不足', '0198'])
    expect([problem.isUncertain, problem.isPassing]).toEqual([false, false])
  })

  test.each([['<html>', 502], [null, 504], [{ error: 'x' }, 504], [undefined, 502]])('%j of a proxy leaves open what happened', (body, status) => {
    const problem = problemOf(status, body)
    expect([problem.code, problem.isUncertain]).toEqual(['network.unexpected_answer', true])
  })

  test('no answer is uncertain, a busy database is not', () => {
    expect(unreachable().isUncertain).toBe(true)
    const busy = problemOf(503, { code: 'database.busy', title: '系统繁忙' })
    expect([busy.isUncertain, busy.isPassing]).toEqual([false, true])
    expect(problemOf(503, { code: 'database.unavailable', title: 'x' }).isUncertain).toBe(true)
  })

  test('a defect of the page is a problem too', () => expect(asProblem(new TypeError('x')).code).toBe('page.defect'))
})

describe('a session that is over', () => {
  const refused = () => Promise.resolve({ error: { code: 'auth.unauthenticated', title: 'x' }, response: new Response(null, { status: 401 }) })
  test.each([['its own', 'one', 1], ['a later one', 'two', 0]])('is told of in %s time', async (_, csrf, told) => {
    const over = vi.fn()
    Object.assign(door, { csrf: 'one', onSessionOver: over })
    const asked = take(refused())
    door.csrf = csrf
    await expect(asked).rejects.toThrow()
    expect(over).toHaveBeenCalledTimes(told)
  })
})

describe('drafts', () => {
  test('survive, field by field, and belong to one person', () => {
    drafts.belongTo('one')
    drafts.write('transfer', { ...emptyDraft(), name: '江城水泥', odd: 1 })
    drafts.belongTo('one')
    expect(drafts.read('transfer', emptyDraft())).toEqual({ ...emptyDraft(), name: '江城水泥' })
    drafts.belongTo('two')
    expect(drafts.read('transfer', emptyDraft())).toEqual(emptyDraft())
  })

  test('that cannot be read are empty ones', () => {
    sessionStorage.setItem('tongbao.draft.transfer', '{broken')
    expect(drafts.read('transfer', emptyDraft())).toEqual(emptyDraft())
    sessionStorage.setItem('tongbao.draft.transfer', '7')
    expect(drafts.read('transfer', emptyDraft())).toEqual(emptyDraft())
  })
})

describe('a transfer before it is checked', () => {
  const good = { ...emptyDraft(), from: 'a', number: ' 9900 0100-0000 0000 026', name: ' 江城水泥 ', amount: '５００' }

  test('is sent clean, and the same each time', () => {
    expect(faultsOf(good)).toEqual({})
    expect(isWhole(good)).toBe(true)
    expect(bodyOf(good)).toEqual({
      debtor_account_id: 'a', creditor_account_number: '9900010000000000026', creditor_name: '江城水泥', amount: { amount: '500.00', currency: 'CNY' },
    })
    expect(JSON.stringify(bodyOf(good))).toBe(JSON.stringify(bodyOf({ ...good })))
  })

  test('says everything that is missing at once', () =>
    expect(faultsOf(emptyDraft())).toEqual({ number: 'missing', name: 'missing', amount: 'empty' }))

  test.each([
    [{ number: '12' }, 'number', 'number'],
    [{ number: "1' OR 1=1" }, 'number', 'number'],
    [{ amount: '0' }, 'amount', 'not_positive'],
    [{ amount: '1.005' }, 'amount', 'too_precise'],
    [{ name: '很'.repeat(141) }, 'name', 'too_long'],
    [{ remittance: '很'.repeat(141) }, 'remittance', 'too_long'],
  ] as const)('%j', (change, field, fault) => expect(faultsOf({ ...good, ...change })).toEqual({ [field]: fault }))
})

test('a filter in an address is taken as far as it makes sense', () => {
  const filter = filterOf({ text: ' 水泥 ', direction: 'debit', category: 'nonsense', from: '2026-11-01', to: 'tomorrow', min: '1,000', max: 'x', odd: '1' })
  expect(queryOf(filter)).toEqual({ text: '水泥', direction: 'debit', booked_from: '2026-11-01', amount_min: '1000.00' })
  expect(queryOf(filterOf({ text: ['a', 'b'] }))).toEqual({})
})
