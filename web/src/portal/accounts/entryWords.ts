/** How an entry is called, and its amount with its sign. */
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { useI18n } from 'vue-i18n'

import type { Entry } from '@/portal/data'

export function useWords(of: MaybeRefOrGetter<Entry>) {
  const { t } = useI18n()
  const entry = computed(() => toValue(of))
  const isIn = computed(() => entry.value.direction === 'credit')
  const kind = computed(() => t(`entry.${entry.value.category}_${entry.value.direction}`))
  const title = computed(() => entry.value.counterparty?.name ?? kind.value)
  const signed = computed(() => (isIn.value ? entry.value.amount : { ...entry.value.amount, amount: `-${entry.value.amount.amount}` }))
  return { isIn, kind, title, signed }
}
