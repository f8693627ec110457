import { expect, test } from 'vitest'

import { Problem, unreachable } from '@/api/problem'
import { type Headers, useOnce } from '@/portal/firm/once'

const refused = (status: number) => new Problem({ code: 'payments.some_rule', title: 'no', status })

test('what got no answer is sent again under the same key, until one comes', async () => {
  const { once, failed, draft } = useOnce('test')
  const keys: string[] = []
  const answers: (() => Promise<string>)[] = [() => Promise.reject(unreachable()), () => Promise.resolve('done'), () => Promise.resolve('again')]
  const send = (header: Headers): Promise<string> => {
    keys.push(header['Idempotency-Key'])
    return answers[keys.length - 1]!()
  }
  expect(await once({ bill: 1 }, send)).toBeNull()
  expect(draft.uncertain).toBe(true)
  expect(failed.value).toBeInstanceOf(Problem)
  expect(await once({ bill: 1 }, send)).toBe('done')
  expect(draft.uncertain).toBe(false)
  expect(failed.value).toBeNull()
  await once({ bill: 1 }, send)
  expect(keys[1]).toBe(keys[0])
  expect(keys[2]).not.toBe(keys[0])
})

test('what a rule refuses is another request when it is tried again; other content always is', async () => {
  const { once, draft } = useOnce('other')
  const keys: string[] = []
  const send = (header: Headers): Promise<string> => {
    keys.push(header['Idempotency-Key'])
    return Promise.reject(keys.length === 1 ? refused(422) : unreachable())
  }
  await once({ bill: 1 }, send)
  expect(draft.uncertain).toBe(false)
  await once({ bill: 1 }, send)
  await once({ bill: 2 }, send)
  expect(new Set(keys).size).toBe(3)
})

test('who presses twice sends once', async () => {
  const { once } = useOnce('twice')
  let sent = 0
  const send = (): Promise<number> => Promise.resolve((sent += 1))
  expect(await Promise.all([once({}, send), once({}, send)])).toEqual([1, null])
})
