/** What the portal's pages ask for, once for all of them. */
import { useQueries, useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, type Schemas, take } from '@/api/client'

export type Account = Schemas['DepositAccountOut']
export type Entry = Schemas['AccountEntryOut']
export type Held = Schemas['HeldAccountOut']
export type Payment = Schemas['PaymentOut']

const ASK_MS = 5_000
const UNDER_WAY: ReadonlySet<string> = new Set(['created', 'screened', 'reserved', 'sent', 'unknown'])
/** An amount as the API takes it; a currency it does not know it refuses itself. */
export const moneyOf = (amount: string, currency: string): Schemas['MoneySchema'] => ({ amount, currency: currency as Schemas['MoneySchema']['currency'] })

export const ACCOUNTS_MAX = 50
/** Pages older than this many are asked for by filter, not by scrolling. */
export const PAGE = 30

export const fetchBalance = (id: string): Promise<Schemas['BalanceOut']> =>
  take(client.GET('/api/v1/accounts/{account_id}/balance', { params: { path: { account_id: id } } }))

export const useAccounts = () =>
  useQuery({
    queryKey: ['accounts'],
    queryFn: async () => (await take(client.GET('/api/v1/accounts', { params: { query: { limit: ACCOUNTS_MAX } } }))).items,
  })

/** All accounts with what is on them, how it came to be so, and what it adds up to. */
export const useOverview = () =>
  useQuery({ queryKey: ['overview'], queryFn: () => take(client.GET('/api/v1/accounts/overview')) })

export const useAccount = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['account', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/accounts/{account_id}', { params: { path: { account_id: toValue(id) } } })),
    enabled: computed(() => toValue(id) !== ''),
  })

export const useBalance = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['balance', computed(() => toValue(id))],
    queryFn: () => fetchBalance(toValue(id)),
    enabled: computed(() => toValue(id) !== ''),
  })

const partyQuery = (id: string) => ({
  queryKey: ['party', id],
  queryFn: () => take(client.GET('/api/v1/parties/{party_id}', { params: { path: { party_id: id } } })),
  staleTime: Infinity,
})

/** Each of several parties, in their order. */
export const useParties = (ids: MaybeRefOrGetter<readonly string[]>) => useQueries({ queries: computed(() => toValue(ids).map(partyQuery)) })

export const useParty = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['party', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/parties/{party_id}', { params: { path: { party_id: toValue(id) } } })),
    enabled: computed(() => toValue(id) !== ''),
    staleTime: Infinity,
  })

export const usePayment = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['payment', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/payments/{payment_id}', { params: { path: { payment_id: toValue(id) } } })),
    enabled: computed(() => toValue(id) !== ''),
    // How it ends is told live; where that line is down, asking does it.
    refetchInterval: ({ state }) => (state.data && UNDER_WAY.has(state.data.status) ? ASK_MS : false),
  })

export const useUnread = () =>
  useQuery({ queryKey: ['unread'], queryFn: () => take(client.GET('/api/v1/notices/unread')) })
