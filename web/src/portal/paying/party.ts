/** Whose business it is, where somebody acts for several; it stands in the address. With `needs`, only for whom one may do that. */
import { useQueries } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { client, take } from '@/api/client'
import { useAccounts } from '@/portal/data'
import { useMay } from '@/portal/may'

export function useOwnParty(needs?: string) {
  const route = useRoute()
  const router = useRouter()
  const { may } = useMay()
  const { data, error, refetch } = useAccounts()
  const ids = computed(() => [...new Set((data.value ?? []).map((each) => each.party_id))].filter((each) => needs === undefined || may(needs, each)))
  const party = computed({
    get: () => ids.value.find((each) => each === route.query['party']) ?? ids.value[0] ?? '',
    set: (id) => void router.replace({ query: { ...route.query, party: id } }),
  })
  const names = useQueries({
    queries: computed(() =>
      (ids.value.length > 1 ? ids.value : []).map((id) => ({
        queryKey: ['party', id],
        queryFn: () => take(client.GET('/api/v1/parties/{party_id}', { params: { path: { party_id: id } } })),
        staleTime: Infinity,
      })),
    ),
  })
  const options = computed(() => ids.value.map((value, index) => ({ value, label: names.value[index]?.data?.name ?? '…' })))
  return { party, options, isNone: computed(() => data.value !== undefined && ids.value.length === 0), error, refetch }
}
