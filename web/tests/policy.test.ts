import { expect, test } from 'vitest'

import { bodyOf, draftOf, emptyPolicy, faultOf, type PolicyDraft } from '@/portal/firm/users/policy'
import { bodyOf as termsBody, isWhole, termsOf } from '@/portal/firm/users/terms'

const draft: PolicyDraft = { role: 'checker', steps: [{ over: '1,000', required: '1' }, { over: '500000', required: '2' }], changeRoles: 'both', changeRequired: '1' }

test('the steps of the form are bands without a gap, the last of them open', () => {
  const { bands, changes } = bodyOf(draft, ['USD'])
  expect(bands.map(({ currency, up_to, stages }) => [currency, up_to, stages[0]?.required ?? 0])).toEqual([
    ['CNY', '1000.00', 0], ['CNY', '500000.00', 1], ['CNY', null, 2], ['USD', null, 2],
  ])
  expect(changes.stages[0]).toEqual({ required: 1, roles: ['administrator', 'checker'], members: [] })
})

test('a policy of the form comes back into it; a finer one does not', () => {
  expect(draftOf(bodyOf(draft, ['USD']))).toEqual({ ...draft, steps: [{ over: '1000.00', required: '1' }, { over: '500000.00', required: '2' }] })
  const finer = bodyOf(draft, [])
  finer.bands[1]!.stages[0]!.members = ['0197c0de-0000-7000-8000-000000000001']
  expect(draftOf(finer)).toBeNull()
})

test('each step is more than the one before', () => {
  expect(faultOf(emptyPolicy('checker').steps, 0)).toBe('missing')
  expect(faultOf([{ over: '10', required: '1' }, { over: '10.00', required: '2' }], 1)).toBe('order')
  expect(faultOf(draft.steps, 1)).toBeNull()
})

test('bands go and come as they are; roles that neither pay nor approve have none', () => {
  const member = { id: '', login: '', name: '', party_id: '', user_id: '', starts_at: '', ends_at: '2027-01-31T15:59:59Z', role: 'maker' as const, bands: [{ currency: 'CNY' as const, amount: '5000.00', per_day: '9000.00' }, { currency: 'USD' as const, amount: null, per_day: null }] }
  const terms = termsOf(member)
  expect(termsBody(terms)).toEqual({ role: 'maker', bands: [{ currency: 'CNY', amount: '5000.00', per_day: '9000.00' }, { currency: 'USD', amount: null }], ends_at: '2027-01-31T23:59:59+08:00' })
  expect(termsBody({ ...terms, role: 'viewer' }).bands).toEqual([])
  expect(isWhole({ ...terms, bands: [{ currency: 'CNY', any: false, amount: 'lots', perDay: '' }] })).toBe(false)
})
