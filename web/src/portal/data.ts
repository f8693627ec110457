/** What the portal's pages ask for, once for all of them. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, type Schemas, take } from '@/api/client'

export type Account = Schemas['DepositAccountOut']
export type Entry = Schemas['AccountEntryOut']
export type Payment = Schemas['PaymentOut']

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
  })

export const useUnread = () =>
  useQuery({ queryKey: ['unread'], queryFn: () => take(client.GET('/api/v1/notices/unread')) })

/** The payments that an account's entries come from, by their transaction. */
export const usePaymentsByTransaction = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['payments', computed(() => toValue(id))],
    queryFn: async () => {
      const query = { account_id: toValue(id), limit: PAGE }
      const { items } = await take(client.GET('/api/v1/payments', { params: { query } }))
      return new Map(items.map((each) => [each.transaction_id, each.id]))
    },
    enabled: computed(() => toValue(id) !== ''),
  })
