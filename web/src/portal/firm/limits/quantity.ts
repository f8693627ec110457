/** A limit counts money or payments; both are said in one way. */
import type { Schemas } from '@/api/client'
import { format, type Money, thousandths } from '@/lib/money'

export type Quantity = Schemas['Quantity']
export type Limit = Schemas['OwnLimit']

export const isMoney = (quantity: Quantity): quantity is Quantity & { amount: Money } => Boolean(quantity.amount)

export const wordsOf = (quantity: Quantity, times: (count: number) => string): string =>
  isMoney(quantity) ? format(quantity.amount) : times(quantity.count ?? 0)

/** How full it is, in thousandths. */
export function fill(used: Quantity, maximum: Quantity): number {
  if (isMoney(used) && isMoney(maximum)) return thousandths(used.amount, maximum.amount)
  const [part, whole] = [used.count ?? 0, maximum.count ?? 0]
  return whole > 0 ? Math.min(1000, Math.floor((part * 1000) / whole)) : 1000
}
