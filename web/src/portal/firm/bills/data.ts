/** Who sends bills, and how what was paid stands. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

import { client, type Schemas, take } from '@/api/client'
import type { IconName } from '@/ui/icons'
import type { Tone } from '@/ui/Status.vue'

export type Biller = Schemas['BillerOut']
export type Saved = Schemas['SavedBillOut']
export type Mandate = Schemas['BillMandateOut']
export type PaidBill = Schemas['BillPaymentOut']

export const CATEGORY_ICONS: Record<Biller['category'], IconName> = {
  electricity: 'bolt', water: 'water', gas: 'flame', heating: 'warm', phone: 'phone', tuition: 'school',
}
export const BILL_TONES: Record<PaidBill['state'], Tone> = {
  paid: 'wait', telling: 'wait', unknown: 'wait', confirmed: 'done', refused: 'wait', refunded: 'wrong',
}
export const MANDATE_TONES: Record<Mandate['state'], Tone> = { active: 'done', paused: 'wait', ended: 'rest' }

export function useBillers() {
  const { locale } = useI18n()
  const found = useQuery({
    queryKey: ['billers', locale],
    queryFn: async () => (await take(client.GET('/api/v1/bills/billers'))).items,
    staleTime: 3_600_000,
  })
  const nameOf = (code: string): string => found.data.value?.find((each) => each.code === code)?.name ?? code
  const iconOf = (code: string): IconName => CATEGORY_ICONS[found.data.value?.find((each) => each.code === code)?.category ?? 'electricity']
  return { ...found, nameOf, iconOf }
}

export const useSaved = (party: () => string) =>
  useQuery({
    queryKey: ['saved', computed(party)],
    queryFn: async () => (await take(client.GET('/api/v1/bills/saved', { params: { query: { party_id: party() } } }))).items,
    enabled: computed(() => party() !== ''),
  })

export const useMandates = (party: () => string) =>
  useQuery({
    queryKey: ['mandates', computed(party)],
    queryFn: async () => (await take(client.GET('/api/v1/bills/mandates', { params: { query: { party_id: party() } } }))).items,
    enabled: computed(() => party() !== ''),
  })
