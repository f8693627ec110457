/** Cases in which an identity is checked: what is asked, what is still to hand in, what became of it. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, type Schemas, take } from '@/api/client'

export type Case = Schemas['CaseOut']
export type Party = Schemas['PartyOut']
export type Picture = 'id_card_front' | 'id_card_back' | 'face' | 'licence_picture'

const PARTIES_MAX = 50
const WATCH_MS = 2_000

export const isCollecting = ({ state }: Pick<Case, 'state'>): boolean => state === 'opened' || state === 'evidence'
export const isDecided = ({ state }: Pick<Case, 'state'>): boolean => state === 'approved' || state === 'refused'
const isUnderCheck = ({ state }: Pick<Case, 'state'>): boolean => state === 'checking' || state === 'waiting'

/** Those one acts for: oneself, and firms. */
export const useParties = () =>
  useQuery({
    queryKey: ['parties'],
    queryFn: async () => (await take(client.GET('/api/v1/parties', { params: { query: { limit: PARTIES_MAX } } }))).items,
  })

export const useLevel = (party: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['level', computed(() => toValue(party))],
    queryFn: () => take(client.GET('/api/v1/parties/{party_id}/level', { params: { path: { party_id: toValue(party) } } })),
    enabled: computed(() => toValue(party) !== ''),
  })

/** The latest cases of everybody one acts for, or of one. */
export const useCases = (party?: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['cases', computed(() => toValue(party) ?? '')],
    queryFn: async () => {
      const id = toValue(party)
      return (await take(client.GET('/api/v1/kyc/cases', { params: { query: { limit: PARTIES_MAX, ...(id ? { party_id: id } : {}) } } }))).items
    },
    enabled: computed(() => toValue(party) !== ''),
  })

/** One case; looked at again while somebody checks it. */
export const useCase = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['case', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/kyc/cases/{case_id}', { params: { path: { case_id: toValue(id) } } })),
    refetchInterval: ({ state }) => (state.data && isUnderCheck(state.data) ? WATCH_MS : false),
  })

export const openCase = (party_id: string, level: number): Promise<Case> =>
  take(client.POST('/api/v1/kyc/cases', { body: { party_id, level: level as 1 | 2 | 3 } }))

export type Step = 'pictures' | 'facts' | 'face' | 'licence' | 'licence_facts'

/** The steps of a case in their order: pictures first, as they fill in the form. */
export function stepsOf(found: Case, kind: Party['kind']): readonly Step[] {
  if (kind === 'organisation') return found.level > 1 ? ['licence', 'licence_facts'] : ['licence_facts']
  const card: Step[] = found.level > 1 ? ['pictures', 'facts'] : ['facts']
  return found.level > 2 ? [...card, 'face'] : card
}

/** What must be there before the step after this one. */
export const NEEDED: Record<Step, readonly string[]> = {
  pictures: ['id_card_front', 'id_card_back'],
  facts: ['id_card'],
  face: ['face'],
  licence: ['licence_picture'],
  licence_facts: ['business_licence'],
}

export const has = (found: Case, kind: string): boolean => found.evidence.some((each) => each.kind === kind)
