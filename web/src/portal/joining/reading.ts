import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type MaybeRefOrGetter, toValue, watch } from 'vue'

import { client, take } from '@/api/client'

import type { Case } from './cases'

export type ReadState = 'none' | 'reading' | 'read' | 'unread'

const WATCH_MS = 1_500
const WATCHED_MS_MAX = 60_000

/** Follow what is read of a document's pictures; `fill` is called once with what was. */
export function useReading(
  found: MaybeRefOrGetter<Case>,
  document: 'id_card' | 'business_licence',
  fill: (fields: Record<string, string>) => void,
): ComputedRef<ReadState> {
  const begun = Date.now()
  const id = computed(() => toValue(found).id)
  const { data } = useQuery({
    queryKey: ['readings', id],
    queryFn: () => take(client.GET('/api/v1/kyc/cases/{case_id}/readings', { params: { path: { case_id: id.value } } })),
    enabled: computed(() => toValue(found).level > 1),
    staleTime: 0,
    refetchInterval: ({ state }) => {
      const reading = state.data?.[document]
      return reading && !reading.done && Date.now() - begun < WATCHED_MS_MAX ? WATCH_MS : false
    },
  })
  const reading = computed(() => data.value?.[document] ?? null)
  watch(reading, (now) => now?.done && fill(now.fields), { immediate: true })
  return computed(() => {
    if (!reading.value) return 'none'
    if (!reading.value.done) return 'reading'
    return Object.keys(reading.value.fields).length > 0 ? 'read' : 'unread'
  })
}

/** Put in what is known where nobody has typed: an empty field, or one that holds only what was `given`. */
export function fillIn(draft: object, known: Record<string, string | undefined>, given: Record<string, string>): void {
  const fields = draft as Record<string, unknown>
  for (const [name, value] of Object.entries(known)) {
    if (value && (!fields[name] || fields[name] === given[name])) fields[name] = value
  }
}
