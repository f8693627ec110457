/** Limits said in words: how much, how often, counted by what. */
import { useI18n } from 'vue-i18n'

import type { Schemas } from '@/api/client'
import { format } from '@/lib/money'

export type Rule = Schemas['RuleShape']

export function useLimitWords() {
  const { t, locale } = useI18n()
  const quantity = (value: Schemas['QuantityShape'] | null | undefined): string => {
    if (!value) return '–'
    return [value.amount ? format(value.amount) : '', value.count == null ? '' : t('ops.limit.times', { n: value.count })].filter(Boolean).join(' · ')
  }
  return {
    quantity,
    title: (rule: Rule): string => (locale.value === 'zh' ? rule.title.zh : rule.title.en),
    window: (rule: Rule): string => t(`ops.limit.per.${rule.window}`, { n: rule.rolling_hours ?? 0 }),
    whom: (rule: Rule): string =>
      [
        rule.party_kind ? t(`ops.limit.${rule.party_kind}`) : t('ops.limit.everybody'), rule.level == null ? '' : t('ops.limit.level', { n: rule.level }), rule.product ?? '', rule.channel ?? '',
      ].filter(Boolean).join(' · '),
  }
}
