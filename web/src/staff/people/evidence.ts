/** Evidence as a table: a row for each fact, a column for each source that says something of it. */
interface Piece {
  id: string
  kind: string
  facts: Record<string, unknown> | null
}
interface Compared {
  sources: { id: string; kind: string }[]
  fields: { field: string; values: string[]; differs: boolean }[]
}

const TECHNICAL: ReadonlySet<string> = new Set(['media_type', 'sha256'])

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  const { amount, currency } = value as Record<string, unknown>
  return typeof amount === 'string' ? `${String(currency)} ${amount}` : JSON.stringify(value)
}

/** The newest of each kind, in the order in which they came. */
export function compared(evidence: readonly Piece[]): Compared {
  const told = evidence.filter(({ facts }) => facts !== null && Object.keys(facts).some((field) => !TECHNICAL.has(field)))
  const newest = told.filter((each, index) => !told.slice(index + 1).some((later) => later.kind === each.kind))
  const names = [...new Set(newest.flatMap(({ facts }) => Object.keys(facts ?? {})))].filter((field) => !TECHNICAL.has(field))
  return {
    sources: newest.map(({ id, kind }) => ({ id, kind })),
    fields: names.map((field) => {
      const values = newest.map(({ facts }) => textOf(facts?.[field]))
      return { field, values, differs: new Set(values.filter((each) => each !== '')).size > 1 }
    }),
  }
}
