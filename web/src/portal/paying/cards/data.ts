import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, type Schemas, take } from '@/api/client'

export type Card = Schemas['CardOut']

export const useCards = (party: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['cards', computed(() => toValue(party))],
    queryFn: async () => (await take(client.GET('/api/v1/payments/cards', { params: { query: { party_id: toValue(party) } } }))).items.filter((each) => each.status !== 'removed'),
    enabled: computed(() => toValue(party) !== ''),
  })

/** A card as it may be shown: its last four digits. */
export const cardTail = (card: Card): string => `•••• ${card.number.slice(-4)}`
