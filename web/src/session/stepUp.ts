/**
 * Confirming an action once more. The API refuses it with the action's exact words; the person proves
 * it is them; the same request goes out again with the token, under the same idempotency key. Who has
 * nothing yet to prove it with is helped to a passkey first.
 */
import { shallowRef } from 'vue'

import { client, type Schemas, take } from '@/api/client'
import { Problem } from '@/api/problem'
import { newPasskey } from '@/api/webauthn'

export type Proof = Schemas['Proof']

/** Prove that it is you. */
export interface Prove {
  kind: 'prove'
  action: Schemas['ActionIn']
  text: string
  proofs: readonly [Proof, ...Proof[]]
  settle: (token: string | null) => void
}
/** Nothing to prove it with: shall a passkey be set up now? */
export interface SetUp {
  kind: 'set_up'
  text: string
  settle: (wanted: true | null) => void
}
/** The recovery codes that come with a first factor, shown this once. */
export interface Codes {
  kind: 'codes'
  codes: readonly string[]
  settle: (kept: true | null) => void
}
export type Question = Prove | SetUp | Codes

/** What is asked of the person right now; the dialog shows it. */
export const question = shallowRef<Question | null>(null)

function ask<T>(make: (settle: (answer: T | null) => void) => Question): Promise<T | null> {
  return new Promise((resolve) => {
    question.value = make((answer) => {
      question.value = null
      resolve(answer)
    })
  })
}

/** The header of a request that was confirmed; empty as long as nobody has asked for that. */
export interface Confirmation {
  'Step-Up-Token'?: string
}

/** Send; if that wants a confirmation, have it and send again. Null if the person turned away. */
export async function confirmed<T>(send: (header: Confirmation) => Promise<T>): Promise<T | null> {
  try {
    return await send({})
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'identity.step_up_required') throw error
    const { action, action_text, proofs } = error.document
    const text = String(action_text)
    const [first, ...others] = proofs as readonly Proof[]
    if (first === undefined) return (await setUp(text)) ? confirmed(send) : null
    const token = await ask<string>((settle) => ({
      kind: 'prove', action: action as Schemas['ActionIn'], text, proofs: [first, ...others], settle,
    }))
    return token === null ? null : send({ 'Step-Up-Token': token })
  }
}

async function setUp(text: string): Promise<boolean> {
  if (!(await ask<true>((settle) => ({ kind: 'set_up', text, settle })))) return false
  return addPasskey()
}

/** Add a passkey of this device. False if the person turned away. */
export async function addPasskey(): Promise<boolean> {
  const begun = await confirmed((header) =>
    take(client.POST('/api/v1/identity/passkey-registrations/options', { params: { header } })),
  )
  if (!begun) return false
  const credential = await newPasskey(begun.options)
  if (!credential) return false
  const body = { ceremony_id: begun.ceremony_id, name: deviceName(), credential }
  const added = await take(client.POST('/api/v1/identity/passkey-registrations', { body }))
  await keepCodes(added.recovery_codes)
  return true
}

/** Show recovery codes, this once; there are none where the person has some already. */
export async function keepCodes(codes: readonly string[]): Promise<void> {
  if (codes.length > 0) await ask<true>((settle) => ({ kind: 'codes', codes, settle }))
}

/** What its owner will know the passkey by among others. */
function deviceName(): string {
  const found = /iPhone|iPad|Android|Windows|Macintosh|Linux/.exec(navigator.userAgent)?.[0] ?? 'Passkey'
  return found === 'Macintosh' ? 'Mac' : found
}
