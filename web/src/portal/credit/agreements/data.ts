/** Agreements, and whether their documents are sealed by now. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, take } from '@/api/client'

const ASK_MS = 1_500
const ASKED_MAX = 60

export const useAgreement = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['agreement', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/agreements/{agreement_id}', { params: { path: { agreement_id: toValue(id) } } })),
    refetchInterval: ({ state }) => (!state.data || state.data.sealed_at || state.dataUpdateCount >= ASKED_MAX ? false : ASK_MS),
  })
