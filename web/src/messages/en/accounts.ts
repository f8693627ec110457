/** Accounts and what happened on them. */
import type { Words } from '../words'
import type zh from '../zh/accounts'

const accounts: Words<typeof zh> = {
  product: { current: 'Current account', savings: 'Savings account', wallet: 'Multi-currency wallet' },
  account: {
    tail: 'ending {tail}', number: 'account number', entries: 'Entries', after: 'balance', booked: 'Booked', export: 'Export as table', trend: 'The balance went from {from} to {to} of late', balance_unknown: 'The balance cannot be read now',
    open: 'Open', frozen: 'Frozen', dormant: 'Dormant', closed: 'Closed', nothing_found: 'No entry fits', nothing_found_why: 'Try another word, or wider dates and amounts.',
  },
  entry: {
    transfer_credit: 'Received', transfer_debit: 'Transfer', interest_credit: 'Interest', interest_debit: 'Interest paid', loan_credit: 'Loan paid out', loan_debit: 'Loan repayment', deposit_credit: 'From a deposit', deposit_debit: 'Into a deposit',
    fee_credit: 'Fee returned', fee_debit: 'Fee', cash_credit: 'Top-up', cash_debit: 'Withdrawal', reversal_credit: 'Reversal', reversal_debit: 'Reversal', other_credit: 'Money in', other_debit: 'Money out',
  },
  filter: {
    text: 'Search names and remarks', more: 'Filter', direction: 'Direction', direction_any: 'In and out', direction_credit: 'Money in', direction_debit: 'Money out', category: 'Category', category_any: 'All',
    category_transfer: 'Transfers', category_interest: 'Interest', category_loan: 'Loans', category_deposit: 'Deposits', category_fee: 'Fees', category_cash: 'Top-ups, withdrawals', category_reversal: 'Reversals', category_other: 'Other',
    from: 'From', to: 'To', min: 'Least amount', max: 'Most', clear: 'Clear the filter',
  },
}

export default accounts
