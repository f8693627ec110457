/** What the pages of reconciliation share. */
import type { Schemas } from '@/api/client'
import type { Tone } from '@/ui/Status.vue'

export const KINDS: readonly Schemas['BreakKind'][] = ['missing_here', 'missing_there', 'amount', 'doubled', 'day', 'status']
export const kindOf = (text: string) => KINDS.find((each) => each === text)
export const BREAK_TONES: Record<Schemas['BreakState'], Tone> = { open: 'wrong', investigating: 'wait', cleared: 'done', resolved: 'done' }
