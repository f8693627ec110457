/** Paying, and what came of it. */
import type { Words } from '../words'
import type zh from '../zh/paying'

const paying: Words<typeof zh> = {
  transfer: {
    enter: 'Enter', check: 'Check', done: 'Done', from: 'From', amount: 'Amount', available: '{amount} available', payee: 'Payee', new_payee: 'A new payee', name: 'Payee’s name', number: 'Payee’s account number', remittance: 'Remark', next: 'Next: check it',
    you_pay: 'You pay {name}', arrives: 'Arrives', at_once: 'at once', fee: 'Fee', debited: 'Leaves your account', confirm: 'Pay {amount}', ask_again: 'Ask for the result ({amount})', change: 'Change something',
    over_limit: 'Above a limit: {title}', unknown: 'It was sent and no result has reached us. Ask once more; it is never made twice.',
    fits: { match: 'Name and account fit', close_match: 'The name is close to the account’s, not the same: look again', no_match: 'Name and account do not fit: ask the payee first', not_checked: 'The name could not be checked: be sure you trust the payee' },
    arrived: 'It has arrived', under_way: 'Under way; the money has left your account', to: 'To {name}', details: 'See this transfer', another: 'Another transfer',
    waiting: 'A second person must agree', waiting_why: 'It is more than you may do alone. No money moves before.', waiting_until: 'Good until',
    fault: {
      number_missing: 'Enter the payee’s account number', number_number: 'An account number has 6 to 32 digits', name_missing: 'Enter the payee’s name', name_too_long: 'At most 140 characters',
      amount_empty: 'Enter an amount', amount_not_a_number: 'Enter a number such as 1234.50', amount_too_precise: 'Cents at the smallest', amount_too_large: 'That is too large', amount_not_positive: 'It must be more than nothing', amount_too_much: 'More than is available',
      remittance_too_long: 'At most 140 characters',
    },
  },
  receipt: { order: 'Get a receipt', making: 'The receipt is being made', download: 'Download the receipt', code: 'Verification code' },
  payment: {
    title: 'Transfer', debtor: 'Payer', creditor: 'Payee', initiated: 'Ordered', settled_at: 'Arrived', reference: 'Reference',
    created: 'Accepted', awaiting_approval: 'A second person must agree', screened: 'Being checked', reserved: 'Under way; the money is held', sent: 'At the payee’s bank', unknown: 'We are finding out the result', settled: 'Arrived', rejected: 'Not made; the money is back', returned: 'Sent back by the payee’s bank', cancelled: 'Cancelled',
  },
}

export default paying
