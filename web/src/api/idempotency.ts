/** Ids that no other device makes, in pages that are not on https as well. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface Kept {
  key: string
  of: string
}

/**
 * The key for sending `body`: the one it was sent under before, if it was; another for another body.
 * So whoever sends the same again, after a reload or a cut line, asks for the same thing once.
 */
export function keyFor(body: unknown, kept: Kept | null): Kept {
  const of = JSON.stringify(body)
  return kept?.of === of ? kept : { key: newKey(), of }
}
