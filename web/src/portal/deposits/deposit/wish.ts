/** A withdrawal on its way, kept until it is answered. */
import type { Kept } from '@/api/idempotency'

export interface Wish {
  all: 'all' | 'part'
  amount: string
  kept: Kept | null
  /** It was sent and nobody knows how that ended: only the very same may be sent again. */
  uncertain: boolean
}

export const emptyWish = (): Wish => ({ all: 'all', amount: '', kept: null, uncertain: false })
