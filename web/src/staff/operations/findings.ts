/** What of the platform's state wants somebody to look: everything else may be let be. */
import type { Schemas } from '@/api/client'

export interface Finding {
  kind: 'no_worker' | 'parked' | 'failing' | 'behind' | 'late' | 'failed' | 'errors'
  tone: 'wrong' | 'wait'
  what?: string
  count?: number
  seconds?: number
}

const LATE_SECONDS = 60
const BEHIND_SECONDS = 30

/** The gravest first. */
export function findingsOf({ workers, tasks, consumers, answers }: Pick<Schemas['SystemOut'], 'workers' | 'tasks' | 'consumers' | 'answers'>): Finding[] {
  return [
    ...(workers === 0 ? [{ kind: 'no_worker', tone: 'wrong' } as const] : []),
    ...(answers.errors > 0 ? [{ kind: 'errors', tone: 'wrong', count: answers.errors } as const] : []),
    ...consumers.flatMap(({ consumer: what, parked, failures, seconds, events }): Finding[] => [
      ...(parked > 0 ? [{ kind: 'parked', tone: 'wrong', what, count: parked } as const] : []),
      ...(failures > 0 ? [{ kind: 'failing', tone: 'wrong', what, count: failures } as const] : []),
      ...(events > 0 && seconds > BEHIND_SECONDS ? [{ kind: 'behind', tone: 'wait', what, count: events, seconds } as const] : []),
    ]),
    ...tasks.flatMap(({ task: what, failed, waiting, waiting_seconds: seconds }): Finding[] => [
      ...(failed > 0 ? [{ kind: 'failed', tone: 'wrong', what, count: failed } as const] : []),
      ...(seconds !== null && seconds > LATE_SECONDS ? [{ kind: 'late', tone: 'wait', what, count: waiting, seconds } as const] : []),
    ]),
  ].sort((a, b) => Number(b.tone === 'wrong') - Number(a.tone === 'wrong'))
}
