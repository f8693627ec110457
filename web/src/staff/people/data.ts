/** What the people side of the desk asks for, once for all of its pages. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

import { client, type Schemas, take } from '@/api/client'
import type { Tone } from '@/ui/Status.vue'

export type Party = Schemas['PartyOut']
export type Case = Schemas['CaseOut']
export type Proposal = Schemas['ProposalOut']
export type User = Schemas['UserOut']

/** Why somebody looks; percent-encoded, since headers carry no Chinese. */
export const because = (reason: string) => ({ 'X-Reason': encodeURIComponent(reason) })

export const useCustomer = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['desk', 'customer', computed(() => toValue(id))],
    queryFn: () => take(client.GET('/api/v1/parties/{party_id}', { params: { path: { party_id: toValue(id) } } })),
    enabled: computed(() => toValue(id) !== ''),
  })

const STAFF_MAX = 200
/** Members of staff by id, to say names; empty for whoever may not see them. */
export const useStaffNames = (enabled: MaybeRefOrGetter<boolean>) =>
  useQuery({
    queryKey: ['desk', 'staff-names'],
    queryFn: async () => {
      const { items } = await take(client.GET('/api/v1/identity/users', { params: { query: { kind: 'staff', limit: STAFF_MAX } } }))
      return new Map(items.map((each) => [each.id, each.name]))
    },
    enabled: computed(() => toValue(enabled)),
    staleTime: 300_000,
  })

export const PARTY_TONES: Record<Party['status'], Tone> = { prospect: 'wait', active: 'done', dormant: 'rest', blocked: 'wrong', closed: 'rest' }
export const CASE_TONES: Record<Case['state'], Tone> = {
  opened: 'rest', evidence: 'rest', checking: 'wait', waiting: 'wait', needs_staff: 'wait', approved: 'done', refused: 'wrong',
}
export const PROPOSAL_TONES: Record<Proposal['state'], Tone> = { pending: 'wait', executed: 'done', refused: 'wrong', withdrawn: 'rest', expired: 'rest' }
/** Long ids are told apart by their end; the beginning is their time. */
export const briefly = (id: string): string => `…${id.slice(-8)}`
