/** What happens while the page is open: server-sent events, resumed by the browser where they broke off. */
import type { QueryClient } from '@tanstack/vue-query'

import { client, take } from '@/api/client'
import { pageOf } from '@/lib/links'
import { toast } from '@/ui/toast'

const AGAIN_MS = [2_000, 5_000, 15_000, 60_000] as const

type Handler = (data: Record<string, unknown>) => void

/** Follow this person's events until the returned function is called. */
export function follow(queries: QueryClient): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let stopped = false

  const handlers: Record<string, Handler> = {
    ready: ({ unread }) => queries.setQueryData(['unread'], { unread }),
    reset: () => void queries.invalidateQueries(),
    balance: (data) => {
      queries.setQueryData(['balance', data['account_id']], (old: object | undefined) => old && { ...old, ...data })
      void queries.invalidateQueries({ queryKey: ['entries', data['account_id']] })
      void queries.invalidateQueries({ queryKey: ['overview'] })
    },
    payment: ({ id }) => void queries.invalidateQueries({ queryKey: ['payment', id] }),
    application: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['application', id] })
      void queries.invalidateQueries({ queryKey: ['applications'] })
      void queries.invalidateQueries({ queryKey: ['loans'] })
    },
    notice: ({ title, unread, link }) => {
      queries.setQueryData(['unread'], { unread })
      // What a notice tells of may be shown right now: how a check goes, who invites, what waits to be signed, what came in at a till.
      for (const key of ['notices', 'case', 'cases', 'level', 'invitations', 'approvals', 'approval', 'proposal', 'next', 'collected', 'collecting', 'link', 'request', 'recalls']) void queries.invalidateQueries({ queryKey: [key] })
      const to = pageOf(link)
      toast({ text: String(title), ...(to ? { to } : {}) })
    },
  }

  function open(): void {
    source = new EventSource('/api/v1/notices/stream')
    source.onopen = () => (failures = 0)
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        handle(JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>)
      })
    }
    // A break in the line is mended by the browser itself, with the last event's id. What it gives
    // up on is an answer that is no stream: then the session may be over.
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED || stopped) return
      timer = setTimeout(reopen, AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)])
      failures += 1
    }
  }

  function reopen(): void {
    // Asking anything tells whether the session is over; if so, `take` has said it already.
    take(client.GET('/api/v1/notices/unread')).then(
      () => {
        if (stopped) return
        void queries.invalidateQueries() // what was missed meanwhile
        open()
      },
      () => {
        if (!stopped) timer = setTimeout(reopen, AGAIN_MS[Math.min((failures += 1), AGAIN_MS.length - 1)])
      },
    )
  }

  open()
  return () => {
    stopped = true
    clearTimeout(timer)
    source?.close()
  }
}
