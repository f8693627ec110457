/** What the pages about money asked back share. */
import type { Schemas } from '@/api/client'
import type { Tone } from '@/ui/Status.vue'

type Recall = Schemas['RecallOut']

export const RECALLS_MAX = 3
export const RECALL_REASONS: readonly Recall['reason'][] = ['DUPL', 'TECH', 'FRAD', 'CUST', 'AC03', 'AM09']
export const RECALL_TONES: Record<Recall['status'], Tone> = { requested: 'wait', sent: 'wait', unknown: 'wrong', accepted: 'wait', returned: 'done', refused: 'rest' }
export const isOver = ({ status }: Recall): boolean => status === 'returned' || status === 'refused'
/** Of what was agreed to, the money is awaited; before that the answer. */
export const awaitedSince = (recall: Recall): string => recall.answered_at ?? recall.requested_at
