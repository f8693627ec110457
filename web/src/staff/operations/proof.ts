/** Whether a transaction stands in the ledger that the bank signed, worked out on this device. */
import { canVerify, type Inclusion, isIncluded } from '@/lib/merkle'

type Verdict = 'good' | 'bad' | 'unable'

/** Of the transaction with this id; `unable` where the browser has no cryptography. */
export async function verdictOf(proof: Inclusion, id: string): Promise<Verdict> {
  if (!canVerify()) return 'unable'
  const told = JSON.parse(proof.leaf.slice(proof.leaf.indexOf('\n') + 1)) as { id?: unknown }
  return told.id === id && (await isIncluded('ledger', proof)) ? 'good' : 'bad'
}
