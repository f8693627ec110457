import { QueryClient } from '@tanstack/vue-query'
import { afterEach, expect, test, vi } from 'vitest'

import { follow } from '@/session/live'

/** The browser's stream, spoken on by the test. */
class Spoken extends EventTarget {
  static readonly CLOSED = 2
  static last: Spoken
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  close = vi.fn()

  constructor(readonly address: string) {
    super()
    Spoken.last = this
  }

  say(name: string, data: object): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }))
  }
}
afterEach(() => vi.unstubAllGlobals())

test('a notice has what waits to be signed asked for again, and leaves the rest alone', () => {
  vi.stubGlobal('EventSource', Spoken)
  const queries = new QueryClient()
  const shown = [['approvals', 'mine'], ['approval', '1'], ['proposal', '2'], ['next', 'proposals']]
  for (const key of [...shown, ['balance', '3']]) queries.setQueryData(key, {})
  const stop = follow(queries)
  expect(Spoken.last.address).toBe('/api/v1/notices/stream')
  Spoken.last.say('notice', { title: '付款待您复核', unread: 4, link: '/approvals/2' })
  for (const key of shown) expect(queries.getQueryState(key)?.isInvalidated, key.join()).toBe(true)
  expect(queries.getQueryState(['balance', '3'])?.isInvalidated).toBe(false)
  expect(queries.getQueryData(['unread'])).toEqual({ unread: 4 })
  stop()
  expect(Spoken.last.close).toHaveBeenCalledOnce()
})
