/** Whether an account's holder is a person or a firm: products differ. */
import { computed, type ComputedRef } from 'vue'

import { useParty } from '@/portal/data'

import type { Terms } from './data'

export function useHolder(party: () => string): ComputedRef<Terms['holder']> {
  const { data } = useParty(party)
  return computed(() => data.value?.kind ?? 'organisation')
}
