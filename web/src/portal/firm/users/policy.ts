/** Whose signatures a firm's payments take, by amount: read for people, and written by the simple form. */
import { client, type Schemas, take } from '@/api/client'
import { compare, read } from '@/lib/money'

export type Policy = Schemas['Policy']
type SignerRole = 'holder' | 'checker' | 'administrator'

/** The policy in use; null where there is none. */
export async function fetchPolicy(party_id: string): Promise<Policy | null> {
  const { items } = await take(client.GET('/api/v1/approvals/organisations/{party_id}/policy/versions', { params: { path: { party_id } } }))
  return items[0]?.policy ?? null
}

/** One line of the form: above `over`, so many of these. The first line, up to `over`, asks for nobody. */
interface StepDraft {
  over: string
  required: string
}
export interface PolicyDraft {
  role: SignerRole
  steps: StepDraft[]
  changeRoles: 'administrator' | 'checker' | 'both' | 'holder'
  changeRequired: string
}
export const emptyPolicy = (role: SignerRole): PolicyDraft => ({
  role, steps: [{ over: '', required: '1' }], changeRoles: role === 'holder' ? 'holder' : 'both', changeRequired: '1',
})

/** Whether each line is an amount, and more than the one before. */
export function faultOf(steps: readonly StepDraft[], index: number): 'missing' | 'order' | null {
  const amountAt = (at: number) => {
    const found = read(steps[at]?.over ?? '', 'CNY')
    return found.ok ? { amount: found.amount, currency: 'CNY' } : null
  }
  const own = amountAt(index)
  if (!own) return 'missing'
  const before = index > 0 ? amountAt(index - 1) : null
  return before && compare(own, before) <= 0 ? 'order' : null
}

const stage = (required: string, roles: SignerRole[]): Policy['bands'][number]['stages'][number] => ({ required: Number(required), roles, members: [] })

/** The policy as it is set. Of `others`, currencies besides yuan, each payment takes what the last step does. */
export function bodyOf({ role, steps, changeRoles, changeRequired }: PolicyDraft, others: readonly string[]): Policy {
  const amountOf = (at: number): string | null => {
    const found = read(steps[at]?.over ?? '', 'CNY')
    return found.ok ? found.amount : null
  }
  const band = (currency: string, up_to: string | null, required?: string): Policy['bands'][number] => ({
    currency: currency as 'CNY', up_to, sequential: false, stages: required ? [stage(required, [role])] : [],
  })
  const roles: SignerRole[] = changeRoles === 'both' ? ['administrator', 'checker'] : [changeRoles]
  return {
    bands: [
      band('CNY', amountOf(0)),
      ...steps.map(({ required }, index) => band('CNY', amountOf(index + 1), required)),
      ...others.map((currency) => band(currency, null, steps.at(-1)?.required ?? '1')),
    ],
    changes: { sequential: false, stages: [stage(changeRequired, roles)] },
  }
}

/** The form's draft of a policy; null where the policy is finer than the form. */
export function draftOf({ bands, changes }: Policy): PolicyDraft | null {
  const [first, ...rest] = bands.filter(({ currency }) => currency === 'CNY')
  const roleOf = (of: readonly { stages?: Policy['bands'][number]['stages'] }[]): string | null => {
    const found = new Set(of.map(({ stages = [] }) => (stages.length === 1 && !stages[0]?.members?.length ? (stages[0]?.roles ?? []).toSorted().join() : '?')))
    return found.size === 1 ? ([...found][0] ?? null) : null
  }
  const role = roleOf(bands.filter((each) => each !== first))
  const changer = roleOf([changes])
  const changeRoles = changer === 'administrator,checker' ? 'both' : changer
  if (!first || first.stages?.length || rest.length === 0 || (role !== 'checker' && role !== 'holder')) return null
  if (changeRoles !== 'both' && changeRoles !== 'administrator' && changeRoles !== 'checker' && changeRoles !== 'holder') return null
  return {
    role, changeRoles, changeRequired: String(changes.stages?.[0]?.required ?? 1),
    steps: rest.map((each, index) => ({ over: (index === 0 ? first : rest[index - 1])?.up_to ?? '', required: String(each.stages?.[0]?.required ?? 1) })),
  }
}
