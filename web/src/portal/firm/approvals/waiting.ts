/**
 * What waits for a decision. The API has two kinds: proposals, which take one second person, and
 * instructions, which take the signatures of a firm's policy. To whoever decides they are one list.
 */
import { client, type Schemas, take } from '@/api/client'
import type { Money } from '@/lib/money'
import type { Tone } from '@/ui/Status.vue'

export type Proposal = Schemas['ProposalOut']
export type Instruction = Schemas['ApprovalOut']
export type State = Proposal['state'] | Instruction['state']

export interface Waiting {
  id: string
  to: string
  title: string
  /** Who gets the money, if somebody does. */
  payee: string | null
  maker: string
  made: string
  until: string
  amount: Money | null
  state: State
  /** How many people must still agree. */
  lacking: number
}

const isMoney = (found: unknown): found is Money =>
  typeof found === 'object' && found !== null && typeof (found as Money).amount === 'string' && typeof (found as Money).currency === 'string'
const textOf = (found: unknown): string | null => (typeof found === 'string' && found !== '' ? found : null)
const named = (content: Record<string, unknown>): string | null =>
  textOf(content['creditor_name']) ?? textOf(content['name']) ?? textOf(content['login'])

export const amountOf = (content: Record<string, unknown>): Money | null =>
  [content['amount'], content['total']].find(isMoney) ?? null

export const ofProposal = (each: Proposal): Waiting => ({
  id: each.id, to: `/proposals/${each.id}`, title: each.title, payee: named(each.payload), maker: each.maker_name, made: each.made_at,
  until: each.expires_at, amount: amountOf(each.payload), state: each.state, lacking: each.state === 'pending' ? 1 : 0,
})

export const ofInstruction = (each: Instruction): Waiting => ({
  id: each.id, to: `/approvals/${each.id}`, title: each.title, payee: named(each.content), maker: each.maker_name, made: each.made_at,
  until: each.expires_at, amount: each.amount, state: each.state, lacking: each.lacking.reduce((sum, count) => sum + count, 0),
})

export const TONES: Record<State, Tone> = {
  pending: 'wait', open: 'wait', executed: 'done', refused: 'wrong', withdrawn: 'rest', expired: 'rest',
}
export const isOver = (state: State): boolean => state !== 'pending' && state !== 'open'

const ASKED_MAX = 100

/** Everything this person may decide now, the one that ends first at the top. */
export async function fetchMine(parties: readonly string[]): Promise<Waiting[]> {
  const query = { limit: ASKED_MAX }
  const [proposals, ...opened] = await Promise.all([
    take(client.GET('/api/v1/proposals', { params: { query } })),
    ...parties.map((party_id) => take(client.GET('/api/v1/approvals', { params: { query: { ...query, party_id, state: 'open' } } }))),
  ])
  const instructions = opened.flatMap(({ items }) => items).filter((each) => each.waits_for_me)
  return [...proposals.items.map(ofProposal), ...instructions.map(ofInstruction)].toSorted((a, b) => a.until.localeCompare(b.until))
}

/** Where an outcome is seen, as far as it has a page. */
export function pageOfOutcome(location: string | null): string | null {
  const [, kind, id] = /^\/(?:api\/v1\/)?(payments|bulk\/files|bills\/payments)\/([0-9a-f-]{36})$/.exec(location ?? '') ?? []
  if (!kind || !id) return null
  return { payments: `/payments/${id}`, 'bulk/files': `/payroll/${id}`, 'bills/payments': `/bills/paid/${id}` }[kind] ?? null
}
