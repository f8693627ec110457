/** What holds now of what a proposal would change, as far as the API tells it. */
import { client, take } from '@/api/client'

import type { Proposal } from './data'

type Json = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const FETCH: Record<string, (payload: Json) => Promise<Json | null>> = {
  'identity.change_roles': async (payload) => {
    const path = { user_id: text(payload['user_id']) }
    const user = await take(client.GET('/api/v1/identity/users/{user_id}', { params: { path } }))
    return { ...payload, roles: user.roles }
  },
  'limits.set_rule': async (payload) => {
    const wanted = payload['rule'] as Json
    const { items } = await take(client.GET('/api/v1/limits/rules'))
    const now = items.find((each) => each.code === wanted['code'])
    return now ? { ...payload, rule: now } : null
  },
}

/** Its present, in the shape of its content; null where there is none or nobody tells. */
export const presentOf = async (proposal: Proposal): Promise<Json | null> =>
  (await FETCH[proposal.action]?.(proposal.payload)) ?? null
