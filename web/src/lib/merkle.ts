/** Proofs of inclusion, worked out here rather than believed (RFC 6962, RFC 9162 section 2.1.3.2). */
const bytesOf = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

async function hash(prefix: number, ...parts: Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const all = Uint8Array.from([prefix, ...parts.flatMap((part) => [...part])])
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all))
}

export interface Inclusion {
  /** The leaf's text, byte for byte. */
  leaf: string
  index: number
  size: number
  /** Hexadecimal hashes, from the leaf upwards. */
  path: readonly string[]
  root: string
}

/** Tell whether the leaf stands at its place in the tree with this root. */
export async function isIncluded({ leaf, index, size, path, root }: Inclusion): Promise<boolean> {
  if (!(index >= 0 && index < size)) return false
  let computed = await hash(0, new TextEncoder().encode(leaf))
  let [left, last] = [index, size - 1]
  for (const each of path) {
    if (last === 0) return false
    const sibling = bytesOf(each)
    if (left % 2 === 1 || left === last) {
      computed = await hash(1, sibling, computed)
      while (left > 0 && left % 2 === 0) [left, last] = [left / 2, Math.floor(last / 2)]
    } else {
      computed = await hash(1, computed, sibling)
    }
    ;[left, last] = [Math.floor(left / 2), Math.floor(last / 2)]
  }
  return last === 0 && hexOf(computed) === root
}
