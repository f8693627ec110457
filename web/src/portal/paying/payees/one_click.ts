import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, take } from '@/api/client'
import { Problem } from '@/api/problem'

/** What a party pays with one click in renminbi; null while that is off. */
export const useOneClick = (party: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['one-click', computed(() => toValue(party))],
    queryFn: async () => {
      try {
        return await take(client.GET('/api/v1/payments/one-click', { params: { query: { party_id: toValue(party), currency: 'CNY' } } }))
      } catch (error) {
        if (error instanceof Problem && error.code === 'payments.one_click_off') return null
        throw error
      }
    },
    enabled: computed(() => toValue(party) !== ''),
  })
