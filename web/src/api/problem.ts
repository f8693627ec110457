/** What went wrong, as the API tells it (RFC 9457), or as the network does. */
export interface ProblemDocument {
  code: string
  title: string
  status: number
  detail?: string
  instance?: string
  errors?: readonly { pointer?: string; detail?: string }[]
  [member: string]: unknown
}

export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly document: ProblemDocument

  constructor(document: ProblemDocument) {
    super(document.title)
    this.name = 'Problem'
    this.code = document.code
    this.status = document.status
    this.document = document
  }

  /** Whether nobody knows if the request was carried out: only the same one, repeated, can tell. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504 || UNCERTAIN.has(this.code)
  }

  /** Whether the very same may well succeed a little later. */
  get isPassing(): boolean {
    return this.isUncertain || this.status === 429 || this.status >= 500 || this.code === 'idempotency.in_flight'
  }

  /** The id that the desk finds the request by. */
  get reference(): string | undefined {
    return this.document.instance?.split(':').at(-1)
  }
}

const UNCERTAIN: ReadonlySet<string> = new Set([
  'database.unavailable', 'service.interrupted', 'idempotency.in_flight',
])

/** No answer came. `code` is ours; the words are in the messages under `problem`. */
export const unreachable = (): Problem =>
  new Problem({ code: 'network.unreachable', title: 'network.unreachable', status: 0 })

/** Read an answer that is no success; whatever a proxy may have put in its place becomes a problem too. */
export function problemOf(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null) {
    const { code, title } = body as Partial<ProblemDocument>
    if (typeof code === 'string' && typeof title === 'string') {
      return new Problem({ ...(body as ProblemDocument), status })
    }
  }
  return new Problem({ code: 'network.unexpected_answer', title: 'network.unexpected_answer', status })
}

/** Any error as a problem; a defect of the page itself is one as well. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem({ code: 'page.defect', title: 'page.defect', status: 500 })
}
