/** A proposal's content as lines to be read, beside what holds now. */
export interface Line {
  /** Where it stands: names of members, numbers of items. */
  path: readonly string[]
  after: string
  /** What holds now; undefined where nobody knows. */
  before: string | undefined
}

type Json = Record<string, unknown>
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object'

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (value === null) return ''
  if (isPlain(value)) return String(value)
  if (Array.isArray(value) && value.every(isPlain)) return value.join(', ')
  if (isRecord(value) && Object.keys(value).length === 2 && typeof value['amount'] === 'string') {
    const unit = value['currency'] ?? value['asset']
    if (typeof unit === 'string') return `${unit} ${value['amount']}`
  }
  return undefined
}

function* walk(after: unknown, before: unknown, path: readonly string[], known: boolean): Generator<Line> {
  const text = textOf(after)
  if (text !== undefined) return yield { path, after: text, before: known ? (textOf(before) ?? '') : undefined }
  const entries = Array.isArray(after) ? after.map((each, index) => [String(index + 1), each] as const) : Object.entries(after as Json)
  for (const [name, value] of entries) {
    const old = Array.isArray(before) ? before[Number(name) - 1] : isRecord(before) ? before[name] : undefined
    yield* walk(value, old, [...path, name], known)
  }
}

/** Every fact of the content, in its order; amounts and short lists are one fact. */
export const linesOf = (payload: Json, before?: Json | null): Line[] =>
  [...walk(payload, before, [], before !== undefined && before !== null)].filter(({ after, before: old }) => after !== '' || (old ?? '') !== '')
