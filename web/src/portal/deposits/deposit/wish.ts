/** A withdrawal on its way, kept until it is answered. */
import { type Sent, unsent } from '@/session/sending'

export interface Wish extends Sent {
  all: 'all' | 'part'
  amount: string
}

export const emptyWish = (): Wish => ({ all: 'all', amount: '', ...unsent() })
