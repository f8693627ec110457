/** Whether the bank signed a checkpoint, worked out here: Ed25519 (RFC 8032) by the browser's own cryptography. */
import { hexOf } from './merkle'

export interface Signed {
  key_id: string
  /** Base64. */
  signature: string
  signed_text: string
}

export interface PublicKey {
  key_id: string
  /** Its 32 bytes in Base64. */
  public_key: string
}

/** `unable`: this browser has no Ed25519. `keyless`: nobody says which keys are the bank's. */
export type Signature = 'good' | 'bad' | 'unable' | 'keyless'

const ALGORITHM = 'Ed25519'
const ID_DIGITS = 16
const KEY_LINE = 5

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

/** A key's id, which follows from the key: nobody can offer another one under the same name. */
const idOf = async (raw: Uint8Array<ArrayBuffer>): Promise<string> => hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', raw))).slice(0, ID_DIGITS)

/** Of a checkpoint whose key must be among `keys`, by its id and in the text that was signed. */
export async function signatureOf({ key_id, signature, signed_text }: Signed, keys: readonly PublicKey[]): Promise<Signature> {
  if (keys.length === 0) return 'keyless'
  const named = keys.find((key) => key.key_id === key_id)
  if (!named || signed_text.split('\n')[KEY_LINE] !== key_id) return 'bad'
  try {
    const raw = bytesOf(named.public_key)
    if ((await idOf(raw)) !== key_id) return 'bad'
    const key = await crypto.subtle.importKey('raw', raw, ALGORITHM, false, ['verify'])
    return (await crypto.subtle.verify(ALGORITHM, key, bytesOf(signature), new TextEncoder().encode(signed_text))) ? 'good' : 'bad'
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotSupportedError' ? 'unable' : 'bad'
  }
}
