/** The sides of each subject; a name is `ops.views.<key>`. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const SUBJECTS = {
  payments: [['unknown', ''], ['recalls', '/recalls']],
  channels: [['health', ''], ['routing', '/routing'], ['reasons', '/reasons']],
  reconciliation: [['breaks', '?state=open'], ['days', '/days'], ['suspense', '/suspense']],
  ledger: [['transactions', ''], ['reports', '/reports']],
  terms: [['limits', ''], ['fees', '/fees'], ['rates', '/rates']],
} as const

export function useViews(subject: keyof typeof SUBJECTS) {
  const { t } = useI18n()
  return computed(() => ({
    label: t(`ops.places.${subject}`),
    views: SUBJECTS[subject].map(([key, path]) => ({ to: `/staff/${subject}${path}`, label: t(`ops.views.${key}`) })),
  }))
}
