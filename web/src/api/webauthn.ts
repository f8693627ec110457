/** Passkeys: from the API's JSON to the browser's credential and back. */
type Json = Record<string, unknown>

export const hasPasskeys = (): boolean => typeof PublicKeyCredential === 'function'

/** Ask the authenticator to sign. Null if the person turned away: that is no error. */
export async function assertion(options: Json): Promise<Json | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  )
  try {
    const found = await navigator.credentials.get({ publicKey })
    return found instanceof PublicKeyCredential ? (found.toJSON() as Json) : null
  } catch (error) {
    if (error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')) return null
    throw error
  }
}
