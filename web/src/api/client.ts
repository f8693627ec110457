/** The one way to the API: typed by its own description, with language, CSRF token and problems. */
import createClient, { type Middleware } from 'openapi-fetch'

import { Problem, problemOf, unreachable } from './problem'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const CSRF_WRONG = 'auth.csrf_token_wrong'

interface Door {
  /** The session's token, which our own pages alone can read. */
  csrf: string | null
  language: string
  /** Called once the API no longer knows the session. */
  onSessionOver: () => void
}

/** What the session and the language put here for every request. */
export const door: Door = { csrf: null, language: 'zh', onSessionOver: () => undefined }

const dress: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', door.language)
    if (door.csrf !== null && !SAFE.has(request.method)) request.headers.set('X-CSRF-Token', door.csrf)
    return request
  },
}

export const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', credentials: 'same-origin' })
client.use(dress)

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Wait for an answer and return what is in it. Throws `Problem`, whatever went wrong. */
export async function take<T>(asked: Promise<Answered<T>>): Promise<T> {
  const session = door.csrf
  let answered: Answered<T>
  try {
    answered = await asked
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  const { data, error, response } = answered
  if (response.ok) return data as T
  const problem = problemOf(response.status, error)
  // What was asked in an earlier session says nothing of the one that has begun since.
  if (session === door.csrf && isSessionOver(problem, response)) door.onSessionOver()
  throw problem
}

/** A log-in that was refused is 401 as well, but there was no session to end. */
function isSessionOver(problem: Problem, response: Response): boolean {
  if (problem.code === CSRF_WRONG) return true
  return response.status === 401 && problem.code.startsWith('auth.')
}
