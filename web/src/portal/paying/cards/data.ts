import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, type Schemas, take } from '@/api/client'
import { looks } from '@/app/looks'
import type { Payment } from '@/portal/data'

import { isAtWallet } from '../states'

export type Card = Schemas['CardOut']

export const useCards = (party: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['cards', computed(() => toValue(party))],
    queryFn: async () => (await take(client.GET('/api/v1/payments/cards', { params: { query: { party_id: toValue(party) } } }))).items.filter((each) => each.status !== 'removed'),
    enabled: computed(() => toValue(party) !== ''),
  })

export const useWallets = (wanted: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: ['wallets', computed(() => looks.language)],
    queryFn: async () => (await take(client.GET('/api/v1/payments/wallets'))).items,
    enabled: computed(() => toValue(wanted)),
  })

/** What who pays is called; a wallet in one's own language. */
export function usePayerName(payment: MaybeRefOrGetter<Payment | undefined>) {
  const at = computed(() => {
    const found = toValue(payment)
    return found && isAtWallet(found) ? found.debtor.account_number : null
  })
  const { data: wallets } = useWallets(() => at.value !== null)
  return computed(() => wallets.value?.find((each) => each.name === at.value)?.title ?? toValue(payment)?.debtor.name ?? '')
}

/** A card as it may be shown: its last four digits. */
export const cardTail = (card: Card): string => `•••• ${card.number.slice(-4)}`
