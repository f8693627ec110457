/**
 * Whether a leaf stands in a signed tree, worked out here and not taken on trust: RFC 9162, 2.1.3.2.
 * `crypto.subtle` is there on https and localhost only.
 */
export const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function bytesOf(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(hex)) throw new Error('no hexadecimal digits')
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

async function hash(mark: number, ...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0))
  whole[0] = mark
  let at = 1
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole))
}

export interface Inclusion {
  leaf: string
  leaf_index: number
  path: readonly string[]
  checkpoint: { tree_size: number; root: string; signed_text: string }
}

export const canVerify = (): boolean => typeof crypto.subtle?.digest === 'function'

/** Whether the path leads from the leaf to the root, and the signed text is of that root and size. */
export async function isIncluded(tree: 'ledger' | 'audit', { leaf, leaf_index, path, checkpoint }: Inclusion): Promise<boolean> {
  const { tree_size, root, signed_text } = checkpoint
  const [version, size, signedRoot] = signed_text.split('\n')
  if (version !== `tongbao.${tree}.checkpoint.1` || size !== String(tree_size) || signedRoot !== root) return false
  let [index, last] = [leaf_index, tree_size - 1]
  if (index < 0 || index > last) return false
  let computed = await hash(0, new TextEncoder().encode(leaf))
  for (const sibling of path.map(bytesOf)) {
    if (last === 0) return false
    if (index % 2 === 1 || index === last) {
      computed = await hash(1, sibling, computed)
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)]
    } else computed = await hash(1, computed, sibling)
    ;[index, last] = [Math.floor(index / 2), Math.floor(last / 2)]
  }
  return last === 0 && hexOf(computed) === root
}
