/** What the pages of credit, consents and agreements ask for. */
import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { useI18n } from 'vue-i18n'

import { client, type Schemas, take } from '@/api/client'
import { useSession } from '@/session/store'
import type { Tone } from '@/ui/Status.vue'

export type Application = Schemas['ApplicationDetail']
export type State = Application['state']
export type Consent = Schemas['ConsentOut']
export type Loan = Schemas['LoanOut']

const MANY = 100
const PAGE = 10
/** While the data is fetched and judged: seconds. What the live line misses is asked for. */
const SOON_MS = 1_500
const LATER_MS = 20_000

export const TONES: Record<State, Tone> = {
  submitted: 'wait', collecting: 'wait', waiting: 'wait', referred: 'wait', approved: 'done', accepted: 'wait',
  disbursed: 'done', refused: 'wrong', expired: 'rest', closed: 'rest',
}
export const isUnderWay = (state: State): boolean => state === 'submitted' || state === 'collecting'
/** Another one can be asked for only when this is over. */
export const isOpen = (state: State): boolean => ['submitted', 'collecting', 'waiting', 'referred', 'approved', 'accepted'].includes(state)

/** Whether this person may do something, for any of the parties they act for. */
export function useMay() {
  const session = useSession()
  return (permission: string): boolean => session.me?.permissions.includes(permission) ?? false
}

export const useProduct = () =>
  useQuery({ queryKey: ['loan_product'], queryFn: () => take(client.GET('/api/v1/lending/product')), staleTime: Infinity })

/** The firms this person acts for. */
export function useFirms() {
  const session = useSession()
  const asked = useQueries({
    queries: computed(() =>
      (session.me?.party_ids ?? []).map((id) => ({
        queryKey: ['party', id],
        queryFn: () => take(client.GET('/api/v1/parties/{party_id}', { params: { path: { party_id: id } } })),
        staleTime: Infinity,
      })),
    ),
  })
  const firms = computed(() => asked.value.flatMap(({ data }) => (data?.kind === 'organisation' ? [data] : [])))
  return {
    firms,
    isPending: computed(() => asked.value.some((each) => each.isPending)),
    error: computed(() => asked.value.find((each) => each.error)?.error),
    refetch: () => asked.value.forEach((each) => void each.refetch()),
  }
}

export const useApplications = () =>
  useInfiniteQuery({
    queryKey: ['applications', useI18n().locale],
    queryFn: ({ pageParam }) =>
      take(client.GET('/api/v1/lending/applications', { params: { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })

export const useApplication = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['application', computed(() => toValue(id)), useI18n().locale],
    queryFn: () => take(client.GET('/api/v1/lending/applications/{application_id}', { params: { path: { application_id: toValue(id) } } })),
    refetchInterval: ({ state: { data } }) => {
      if (!data) return false
      if (isUnderWay(data.state)) return SOON_MS
      return data.state === 'waiting' || data.state === 'referred' ? LATER_MS : false
    },
  })

export const useLoans = () =>
  useQuery({
    queryKey: ['loans'],
    queryFn: async () => (await take(client.GET('/api/v1/lending/loans', { params: { query: { limit: MANY } } }))).items,
  })

export const useLoan = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['loans', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/lending/loans/{loan_id}', { params: { path: { loan_id: toValue(id) } } })),
  })

export const useTexts = () =>
  useQuery({ queryKey: ['consent_texts'], queryFn: () => take(client.GET('/api/v1/agreements/consent-texts')), staleTime: Infinity })

/** The consents of one party in force, by their source. */
export const useGranted = (party: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['consents', 'granted', computed(() => toValue(party))],
    queryFn: async () => {
      const query = { party_id: toValue(party), limit: MANY }
      const { items } = await take(client.GET('/api/v1/agreements/consents', { params: { query } }))
      return new Map(items.filter((each) => each.status === 'granted').map((each) => [each.source, each]))
    },
    enabled: computed(() => toValue(party) !== ''),
  })

/** What a program’s term for data, a source or a purpose is called. */
export function useNames() {
  const { t, te } = useI18n()
  return (code: string): string => {
    const key = `consent.name.${code.replaceAll('.', '_')}`
    return te(key) ? t(key) : code
  }
}

/** Several words as one list, as people write it. */
export function useList() {
  const { locale } = useI18n()
  const format = computed(() => new Intl.ListFormat(locale.value === 'zh' ? 'zh-CN' : 'en-GB'))
  return (words: readonly string[]): string => format.value.format(words)
}
