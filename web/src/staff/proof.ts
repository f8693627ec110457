/** Whether something stands in a tree that the bank signed, worked out on this device. */
import { Problem } from '@/api/problem'
import { type PublicKey, type Signed, signatureOf } from '@/lib/checkpoint'
import { canVerify, type Inclusion, isIncluded } from '@/lib/merkle'

/** `unchecked`: the root is right, but this browser cannot check its signature; `keyless`: nobody says by which key. */
export type Verdict = 'good' | 'bad' | 'unable' | 'unchecked' | 'keyless'

export const TONES = { good: 'done', bad: 'wrong', unable: 'rest', unchecked: 'wait', keyless: 'wait' } as const

/** It was made so lately that nothing was signed since; that happens within about a minute. */
export const isEarly = (caught: unknown): boolean => caught instanceof Problem && /^(ledger|audit)\.(not_in_tree|checkpoint_not_found)$/.test(caught.code)
export const SOON_MS = 10_000

export type Proof = Inclusion & { checkpoint: Signed }

/** Of the leaf that `isIt` knows for what was asked about; `unable` where the browser has no cryptography. */
export async function verdictOf(tree: 'ledger' | 'audit', proof: Proof, keys: readonly PublicKey[], isIt: (told: Record<string, unknown>) => boolean): Promise<Verdict> {
  if (!canVerify()) return 'unable'
  const told = JSON.parse(proof.leaf.slice(proof.leaf.indexOf('\n') + 1)) as Record<string, unknown>
  if (!isIt(told) || !(await isIncluded(tree, proof))) return 'bad'
  const signature = await signatureOf(proof.checkpoint, keys)
  return signature === 'unable' ? 'unchecked' : signature
}
