/** Whether a transaction stands in the ledger that the bank signed, worked out on this device. */
import type { Schemas } from '@/api/client'
import { isIncluded } from '@/lib/merkle'

type Proof = Pick<Schemas['InclusionOut'], 'leaf' | 'leaf_index' | 'path'> & { checkpoint: Pick<Schemas['CheckpointOut'], 'tree_size' | 'root' | 'signed_text'> }
export type Verdict = 'good' | 'bad' | 'unable'

/** Of the transaction with this id. `unable` where the browser has no cryptography: it is there on https and localhost only. */
export async function verdictOf({ leaf, leaf_index, path, checkpoint }: Proof, id: string): Promise<Verdict> {
  if (typeof crypto.subtle?.digest !== 'function') return 'unable'
  // The signature is of this text: what it does not say, nobody signed.
  const [version, size, root = ''] = checkpoint.signed_text.split('\n')
  if (version !== 'tongbao.ledger.checkpoint.1' || size !== String(checkpoint.tree_size) || root !== checkpoint.root) return 'bad'
  const told = JSON.parse(leaf.slice(leaf.indexOf('\n') + 1)) as { id?: unknown }
  if (told.id !== id) return 'bad'
  return (await isIncluded({ leaf, index: leaf_index, size: checkpoint.tree_size, path, root })) ? 'good' : 'bad'
}
