/** Everything at the desk that waits for somebody like me, the longest waiting first. */
import { useQueries } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

import { client, take } from '@/api/client'
import { useMay } from '@/staff/may'
import { useReach } from '@/staff/reach'
import { DESK_PAGE } from '@/staff/table/list'

export const KINDS = ['proposal', 'kyc', 'duplicate', 'loan', 'payment', 'recall', 'break', 'alert'] as const
export type Kind = (typeof KINDS)[number]
export interface Task {
  id: string
  kind: Kind
  what: string
  who: string
  since: string
  to: string
}

const limit = DESK_PAGE

export function useWork() {
  const { t, locale } = useI18n()
  const may = useMay()
  const reaches = useReach()
  const sources: Record<Kind, { needs?: string; fetch: () => Promise<Task[]> }> = {
    proposal: {
      fetch: async () => (await take(client.GET('/api/v1/proposals', { params: { query: { limit } } }))).items
        .map((each) => ({ id: each.id, kind: 'proposal', what: each.title, who: each.maker_name, since: each.made_at, to: `/staff/proposals/${each.id}` })),
    },
    kyc: {
      needs: 'parties:verify',
      fetch: async () => (await take(client.GET('/api/v1/kyc/cases', { params: { query: { limit, state: 'needs_staff' } } }))).items
        .map((each) => ({ id: each.id, kind: 'kyc', what: t('work.kyc_what', { level: each.level }), who: each.party_name, since: each.opened_at, to: `/staff/kyc/${each.id}` })),
    },
    duplicate: {
      needs: 'parties:verify',
      fetch: async () => (await take(client.GET('/api/v1/kyc/duplicates', { params: { query: { limit, verdict: 'open' } } }))).items
        .map((each) => ({ id: each.id, kind: 'duplicate', what: t('work.duplicate_what', { score: each.score }), who: '', since: each.found_at, to: `/staff/customers/${each.party_id}?tab=duplicates` })),
    },
    loan: {
      needs: 'lending:decide',
      fetch: async () => (await take(client.GET('/api/v1/lending/applications', { params: { query: { limit } } }))).items
        .filter((each) => each.state === 'referred')
        .map((each) => ({ id: each.id, kind: 'loan', what: t('work.loan_what'), who: '', since: each.submitted_at, to: `/staff/customers/${each.party_id}` })),
    },
    payment: {
      needs: 'payments:resolve',
      fetch: async () => (await take(client.GET('/api/v1/payments/unknown', { params: { query: { limit } } }))).items
        .map((each) => ({ id: each.id, kind: 'payment', what: t('work.payment_what', { amount: `${each.amount.currency} ${each.amount.amount}` }), who: each.debtor.name, since: each.initiated_at, to: `/staff/payments/${each.id}` })),
    },
    recall: {
      needs: 'payments:resolve',
      fetch: async () => (await take(client.GET('/api/v1/payments/recalls/overdue', { params: { query: { limit } } }))).items
        .map(({ recall, payment }) => ({ id: recall.id, kind: 'recall', what: t('work.recall_what', { amount: `${payment.amount.currency} ${payment.amount.amount}` }), who: payment.creditor.name, since: recall.answered_at ?? recall.requested_at, to: `/staff/payments/${payment.id}` })),
    },
    break: {
      needs: 'reconciliation:work',
      fetch: async () => (await take(client.GET('/api/v1/reconciliation/breaks', { params: { query: { limit, open: true } } }))).items
        .map((each) => ({ id: each.id, kind: 'break', what: t('work.break_what'), who: each.channel, since: each.opened_at, to: `/staff/reconciliation/breaks/${each.id}` })),
    },
    alert: {
      needs: 'audit:close_alerts',
      fetch: async () => (await take(client.GET('/api/v1/audit/alerts', { params: { query: { limit, open: true } } }))).items
        .map((each) => ({ id: each.id, kind: 'alert', what: t(`alert.rule_${each.rule}`), who: each.who, since: each.opened_at, to: '/staff/alerts?open=yes' })),
    },
  }
  const mine = KINDS.filter((kind) => !sources[kind].needs || may(sources[kind].needs))
  const asked = useQueries({
    queries: computed(() => mine.map((kind) => ({ queryKey: ['desk', 'work', kind, locale.value], queryFn: sources[kind].fetch }))),
  })
  /** Where the desk has no page yet, one goes to the list it is in. */
  const reached = (each: Task): Task => (reaches(each.to) ? each : { ...each, to: '/staff' })
  const tasks = computed(() => {
    if (asked.value.some((each) => each.isPending)) return undefined
    return asked.value.flatMap((each) => each.data ?? []).map(reached).toSorted((a, b) => a.since.localeCompare(b.since))
  })
  return {
    kinds: mine,
    tasks,
    error: computed(() => asked.value.find((each) => each.error)?.error ?? null),
    isFetching: computed(() => asked.value.some((each) => each.isFetching)),
    refetch: () => asked.value.forEach((each) => void each.refetch()),
  }
}
