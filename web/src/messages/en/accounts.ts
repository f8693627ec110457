/** Accounts and what happened on them. */
import type { Words } from '../words'
import type zh from '../zh/accounts'

const accounts: Words<typeof zh> = {
  product: { current: 'Current account', savings: 'Savings account', wallet: 'Multi-currency wallet' },
  account: {
    tail: 'ending {tail}', number: 'account number', entries: 'Entries', after: 'balance', booked: 'Booked', restrained: 'frozen', export: 'Export as table', export_found: 'Export what is found', trend: 'From {from} on {since} to {to} now',
    opened_on: 'Opened {day}', about: 'About this account', holder: 'Holder', kind: 'Kind', class_1: 'class I', class_2: 'class II', class_3: 'class III', currency: 'Currency', rate: 'Interest a year', from_to: '{low} to {high}', opened: 'Opened',
    asleep: 'Nothing has moved here for long, so the account sleeps: it receives and earns, but does not pay.', awaken: 'Use it again', search_on: 'Nothing in this stretch. Go on to look further back.',
    open: 'Open', frozen: 'Frozen', dormant: 'Dormant', closed: 'Closed', nothing_found: 'No entry fits', nothing_found_why: 'Try another word, or wider dates and amounts.',
  },
  entry: {
    transfer_credit: 'Received', transfer_debit: 'Transfer', interest_credit: 'Interest', interest_debit: 'Interest paid', loan_credit: 'Loan paid out', loan_debit: 'Loan repayment', deposit_credit: 'From a deposit', deposit_debit: 'Into a deposit',
    fee_credit: 'Fee returned', fee_debit: 'Fee', cash_credit: 'Top-up', cash_debit: 'Withdrawal', reversal_credit: 'Reversal', reversal_debit: 'Reversal', other_credit: 'Money in', other_debit: 'Money out',
  },
  entry_of: { category: 'Category', other: 'Other account', value_date: 'Value date', booked: 'Booked', after: 'Balance after', transaction: 'Transaction' },
  worth: { in_yuan: 'Available, in yuan', rate: '1 {currency} = {rate} CNY (reference rate since {day})', as_of: 'As of {at}' },
  statement: {
    title: 'Statements', statement: 'Statement', period: 'Period', this_month: 'This month', last_month: 'Last month', three_months: '3 months', this_year: 'This year', own: 'Other', days_wrong: 'Choose two days in order, today at the latest',
    opening: 'Opening balance ({day})', credits: '{n} in', debits: '{n} out', closing: 'Closing balance ({day})', not_over: 'This period is not over: the figures are as of now.', too_many: 'That is more than 3,000 entries, too many for a PDF. Take the table or the message instead.',
    order_pdf: 'Get a PDF statement', csv: 'Table (CSV)', camt: 'Message (camt.053)',
  },
  certificate: {
    title: 'Certificates', balance: 'Certificate of balance, as of', balance_why: 'Certifies what was there when the day ended. It freezes nothing.', order_balance: 'Get the certificate', opening: 'Certificate of account', opening_why: 'Certifies that the account is held with us.', order_opening: 'Get the certificate of account',
  },
  document: {
    title: 'Issued', verify: 'Verify', none: 'Nothing issued yet', none_why: 'Statements and certificates carry our seal and a code, so that anybody can verify them.', statement: 'Statement', balance_certificate: 'Certificate of balance', opening_certificate: 'Certificate of account', download: 'Download', making: 'Being made',
  },
  filter: {
    text: 'Search names and remarks', more: 'Filter', direction: 'Direction', direction_any: 'In and out', direction_credit: 'Money in', direction_debit: 'Money out', category: 'Category', category_any: 'All',
    category_transfer: 'Transfers', category_interest: 'Interest', category_loan: 'Loans', category_deposit: 'Deposits', category_fee: 'Fees', category_cash: 'Top-ups, withdrawals', category_reversal: 'Reversals', category_other: 'Other',
    from: 'From', to: 'To', min: 'Least amount', max: 'Most', clear: 'Clear the filter',
  },
}

export default accounts
