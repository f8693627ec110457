import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, take } from '@/api/client'

/** What a party pays with one click in renminbi; nothing while that is not `enabled`. */
export const useOneClick = (party: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['one-click', computed(() => toValue(party))],
    queryFn: () => take(client.GET('/api/v1/payments/one-click', { params: { query: { party_id: toValue(party), currency: 'CNY' } } })),
    enabled: computed(() => toValue(party) !== ''),
  })
