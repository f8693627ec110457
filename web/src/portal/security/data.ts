/** What the security pages ask for, and what changes when one of them does something. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'

import { client, type Schemas, take } from '@/api/client'
import { PAGE } from '@/portal/data'
import type { IconName } from '@/ui/icons'

export type Passkey = Schemas['PasskeyOut']
export type SecurityEvent = Schemas['SecurityEventOut']
type Kind = SecurityEvent['kind']

const KEY = 'security'
const ALARMING: ReadonlySet<Kind> = new Set<Kind>([
  'impossible_travel', 'log_ins_refused', 'session_reused', 'passkey_suspended', 'payment_password_locked', 'recovery_requested', 'client_misplaced',
])
const SIGNS: Partial<Record<Kind, IconName>> = { new_device: 'device', new_place: 'device', passkey_added: 'key', passkey_removed: 'key', contact_changed: 'person' }

/** Some facts in one line, the unknown ones left out. */
export const factsOf = (...facts: (string | null)[]): string => facts.filter(Boolean).map((fact) => ` · ${fact}`).join('')

export const isAlarming = (kind: Kind): boolean => ALARMING.has(kind)
export const signOf = (kind: Kind): IconName => (isAlarming(kind) ? 'alert' : (SIGNS[kind] ?? 'lock'))

export const useFactors = () => useQuery({ queryKey: ['factors'], queryFn: () => take(client.GET('/api/v1/identity/factors')) })

export const usePasskeys = () =>
  useQuery({ queryKey: [KEY, 'passkeys'], queryFn: async () => (await take(client.GET('/api/v1/identity/passkeys'))).items })

export const useSessions = () =>
  useQuery({ queryKey: [KEY, 'sessions'], queryFn: async () => (await take(client.GET('/api/v1/identity/sessions'))).items })

export const useDevices = () =>
  useQuery({ queryKey: [KEY, 'devices'], queryFn: async () => (await take(client.GET('/api/v1/identity/devices'))).items })

export const useSecurityEvents = () =>
  useInfiniteQuery({
    queryKey: [KEY, 'events'],
    queryFn: ({ pageParam }) =>
      take(client.GET('/api/v1/identity/security-events', { params: { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })

/** Do something about one’s security: afterwards all these pages look again. `act` may answer null: turned away. */
export function useChange<Given, Answer>(act: (given: Given) => Promise<Answer>, done?: (answer: Answer) => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      done?.(answer)
      return Promise.all([[KEY], ['factors']].map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
  })
}
