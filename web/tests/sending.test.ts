import { expect, test, vi } from 'vitest'
import { reactive } from 'vue'

import { Problem, unreachable } from '@/api/problem'
import { type SentHeader, unsent, useSending } from '@/session/sending'
import { question } from '@/session/stepUp'

const refused = (status: number) => new Problem({ code: 'payments.some_rule', title: 'no', status })

test('what got no answer is sent again under the same key, until one comes', async () => {
  const draft = reactive(unsent())
  const { send: once, failed } = useSending(draft)
  const keys: string[] = []
  const answers: (() => Promise<string>)[] = [() => Promise.reject(unreachable()), () => Promise.resolve('done'), () => Promise.resolve('again')]
  const send = (header: SentHeader): Promise<string> => {
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
  const draft = reactive(unsent())
  const { send: once } = useSending(draft)
  const keys: string[] = []
  const send = (header: SentHeader): Promise<string> => {
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
  const { send: once } = useSending(reactive(unsent()))
  let sent = 0
  const send = (): Promise<number> => Promise.resolve((sent += 1))
  expect(await Promise.all([once({}, send), once({}, send)])).toEqual([1, null])
})

test('what has to be confirmed is the same request with a token; who turns away has sent nothing', async () => {
  const wanted = { code: 'identity.step_up_required', title: 'confirm', status: 403, action: {}, action_text: 'pay', proofs: ['passkey'] }
  const draft = reactive(unsent())
  const { send: once, failed } = useSending(draft)
  const headers: SentHeader[] = []
  const send = (header: SentHeader): Promise<string> => {
    headers.push(header)
    return header['Step-Up-Token'] ? Promise.resolve('done') : Promise.reject(new Problem(wanted))
  }
  const decide = async (token: string | null): Promise<unknown> => {
    const sent = once({ bill: 1 }, send)
    await vi.waitFor(() => expect(question.value?.kind).toBe('prove'))
    if (question.value?.kind === 'prove') question.value.settle(token)
    return sent
  }
  expect(await decide(null)).toBeNull()
  expect([draft.uncertain, failed.value]).toEqual([false, null])
  expect(await decide('token')).toBe('done')
  expect(new Set(headers.map((each) => each['Idempotency-Key'])).size).toBe(1)
  expect(headers.map((each) => each['Step-Up-Token'])).toEqual([undefined, undefined, 'token'])
  expect(draft.kept).toBeNull()
})
