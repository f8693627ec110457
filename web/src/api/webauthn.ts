/** Passkeys: from the API's JSON to the browser's credential and back. */
type Json = Record<string, unknown>

const ADDRESS = /^[\d.]+$|:/

/** Whether this browser has passkeys for this site; they belong to names, so an IP address has none. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential === 'function' && !ADDRESS.test(location.hostname)

/** Ask the authenticator to sign. Null if the person turned away: that is no error. */
export function assertion(options: Json): Promise<Json | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  )
  return answered(() => navigator.credentials.get({ publicKey }))
}

/** Have the authenticator make a passkey. Null if the person turned away. */
export function newPasskey(options: Json): Promise<Json | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  )
  return answered(() => navigator.credentials.create({ publicKey }))
}

async function answered(ask: () => Promise<Credential | null>): Promise<Json | null> {
  try {
    const found = await ask()
    return found instanceof PublicKeyCredential ? (found.toJSON() as Json) : null
  } catch (error) {
    if (error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError')) return null
    throw error
  }
}
