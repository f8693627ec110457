/** How the states of payments are told apart at a glance, and which of them go together in a filter. */
import type { Payment } from '@/portal/data'
import type { Tone } from '@/ui/Status.vue'

type PaymentStatus = Payment['status']

export const STATES = {
  under_way: ['created', 'awaiting_approval', 'screened', 'reserved', 'sent', 'unknown'],
  settled: ['settled'],
  failed: ['rejected', 'returned', 'cancelled'],
} as const satisfies Record<string, readonly PaymentStatus[]>

export type State = keyof typeof STATES

export function toneOf(status: PaymentStatus): Tone {
  if (status === 'settled') return 'done'
  if (status === 'rejected' || status === 'returned') return 'wrong'
  return status === 'cancelled' ? 'rest' : 'wait'
}

/** A top-up that is paid at a wallet: its debtor has the wallet's name for a number, where a card's is masked. */
export const isAtWallet = (payment: Payment): boolean => payment.kind === 'top_up' && !payment.debtor.account_number.includes('*')

/** The word for where a payment stands: of a top-up at a wallet that came to nothing, nothing was taken. */
export const wordOf = (payment: Payment): string => (payment.status === 'rejected' && isAtWallet(payment) ? 'wallet.rejected' : `payment.${payment.status}`)

export const isUnderWay = (status: PaymentStatus): boolean => toneOf(status) === 'wait'
