/** A party's payee book, as the pages that pay look things up in it. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, type Schemas, take } from '@/api/client'

export type Payee = Schemas['PayeeOut']
const PAGE_MAX = 200
/** A book holds 500. */
const PAGES_MAX = 3

async function fetchBook(party: string): Promise<Payee[]> {
  const found: Payee[] = []
  let after: string | null = null
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query: { party_id: string; limit: number; after?: string } = { party_id: party, limit: PAGE_MAX, ...(after ? { after } : {}) }
    const { items, next }: Schemas['PayeesOut'] = await take(client.GET('/api/v1/payments/payees', { params: { query } }))
    found.push(...items)
    after = next
    if (after === null) break
  }
  return found
}

export const usePayees = (party: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['payees', computed(() => toValue(party))],
    queryFn: () => fetchBook(toValue(party)),
    enabled: computed(() => toValue(party) !== ''),
  })

export const usePayee = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['payee', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/payments/payees/{payee_id}', { params: { path: { payee_id: toValue(id) } } })),
  })

/** Words as they are typed, parted by commas or spaces of either script. */
export const groupsOf = (typed: string): string[] => [...new Set(typed.split(/[,，、\s]+/).filter(Boolean))]
