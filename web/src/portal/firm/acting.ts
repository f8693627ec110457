/** For whom one acts on a page: oneself or a firm. It stands in the address, so that a link says it too. */
import { useQueries, useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { client, type Schemas, take } from '@/api/client'
import { useParty } from '@/portal/data'
import { useMay } from '@/portal/may'
import { useSession } from '@/session/store'

export type Member = Schemas['MemberOut']

const fetchParty = (party_id: string) => take(client.GET('/api/v1/parties/{party_id}', { params: { path: { party_id } } }))

export function useActing() {
  const session = useSession()
  const route = useRoute()
  const router = useRouter()
  const ids = computed(() => session.me?.party_ids ?? [])
  const party = computed<string>({
    get: () => ids.value.find((each) => each === route.query['party']) ?? ids.value[0] ?? '',
    set: (chosen) => void router.replace({ query: { ...route.query, party: chosen } }),
  })
  const found = useQueries({
    queries: computed(() => ids.value.map((id) => ({ queryKey: ['party', id], queryFn: () => fetchParty(id), staleTime: Infinity }))),
  })
  const parties = computed(() => found.value.flatMap((each) => each.data ?? []))
  const { may } = useMay()
  return { party, parties, ids, may: (permission: string): boolean => may(permission, party.value), me: computed(() => session.me) }
}

/** Who acts for a firm, by name; nothing is asked of a person, who has no users. */
export function useFirm(party: () => string) {
  const { data: found } = useParty(party)
  return useQuery({
    queryKey: ['firm', computed(party)],
    queryFn: () => take(client.GET('/api/v1/identity/companies/{party_id}', { params: { path: { party_id: party() } } })),
    enabled: computed(() => found.value?.kind === 'organisation'),
  })
}
