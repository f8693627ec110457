import { expect, test } from 'vitest'

import { linesOf } from '@/portal/firm/approvals/content'
import { pageOfOutcome } from '@/portal/firm/approvals/waiting'

const words = { t: (key: string) => `<${key}>`, te: (key: string) => key === 'content.amount' || key === 'content_is.kind.payroll', account: (id: string) => (id.startsWith('01a2') ? 'Current 0018' : null) }

test('every member of what is signed is read out, what one looks at first at the top', () => {
  const lines = linesOf(
    { zebra: 7, kind: 'payroll', amount: { amount: '18000.00', currency: 'CNY' }, debtor_account_id: '01a204ab-9c58-719b-b32c-1962a58b7ba3', creditor_account_number: '9900010000000000026', creditor_name: '<b>江城</b>', remittance: null, bands: { CNY: null, USD: { amount: '5.00', currency: 'USD' } }, changes: [{ required: 2 }] },
    words,
  )
  expect(lines.map(({ name, value }) => [name, value])).toEqual([
    ['creditor_name', '<b>江城</b>'], ['creditor_account_number', '9900 0100 0000 0000 026'], ['<content.amount>', '¥18,000.00'], ['debtor_account_id', 'Current 0018'],
    ['zebra', '7'], ['kind', '<content_is.kind.payroll>'], ['bands · CNY', '<content.any>'], ['bands · USD', '$5.00'], ['changes', '[{"required":2}]'.slice(1, -1)],
  ])
})

test('an outcome leads to a page of ours or nowhere', () => {
  const id = '01a204ab-9c58-719b-b32c-1962a58b7ba3'
  expect(pageOfOutcome(`/api/v1/payments/${id}`)).toBe(`/payments/${id}`)
  expect(pageOfOutcome(`/api/v1/bulk/files/${id}`)).toBe(`/payroll/${id}`)
  expect(pageOfOutcome(`//evil.example/payments/${id}`)).toBeNull()
  expect(pageOfOutcome(null)).toBeNull()
})
