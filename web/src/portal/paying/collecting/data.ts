/** What collecting's pages share: where money is collected, by what, and what came of it. */
import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed } from 'vue'

import { client, type Schemas, take } from '@/api/client'
import { PAGE } from '@/portal/data'
import type { Tone } from '@/ui/Status.vue'

export type Link = Schemas['PaymentLinkOut']
export type Request = Schemas['RequestToPayOut']
export type Till = Schemas['TillOut']

export const LINK_TONES: Record<Schemas['LinkState'], Tone> = { open: 'wait', completed: 'done', cancelled: 'rest', expired: 'rest' }
export const REQUEST_TONES: Record<Schemas['RequestState'], Tone> = { open: 'wait', paid: 'done', declined: 'wrong', cancelled: 'rest', expired: 'rest' }

const DAY_MS = 86_400_000
export const DAYS = ['1', '7', '30', '90'] as const
export const inDays = (days: string): string => new Date(Date.now() + parseInt(days, 10) * DAY_MS).toISOString()

/** The address of a link's page, to be passed on. */
export const addressOf = (link: Link): string => `${location.origin}/pay/${link.token}`

/** What was collected by one till, link or request, newest first. */
export const useCollected = (by: { till_id?: string; link_id?: string; request_id?: string }) =>
  useInfiniteQuery({
    queryKey: ['collected', by],
    queryFn: ({ pageParam }) => take(client.GET('/api/v1/collecting/payments', { params: { query: { ...by, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })

type Kind = 'tills' | 'links' | 'payee' | 'payer'

/** A party's tills, links or requests. */
export function useCollecting<T extends Kind>(kind: T, party: () => string) {
  type Item = T extends 'tills' ? Till : T extends 'links' ? Link : Request
  const found = useInfiniteQuery({
    queryKey: ['collecting', kind, computed(party)],
    queryFn: async ({ pageParam }): Promise<{ items: Item[]; next: string | null }> => {
      const query = { party_id: party(), limit: PAGE, ...(pageParam ? { after: pageParam } : {}) }
      if (kind === 'tills') return (await take(client.GET('/api/v1/collecting/tills', { params: { query } }))) as never
      if (kind === 'links') return (await take(client.GET('/api/v1/collecting/links', { params: { query } }))) as never
      return (await take(client.GET('/api/v1/collecting/requests', { params: { query: { ...query, side: kind as 'payee' | 'payer' } } }))) as never
    },
    enabled: computed(() => party() !== ''),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })
  return { ...found, items: computed(() => found.data.value?.pages.flatMap((page) => page.items)) }
}
