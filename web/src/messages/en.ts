/** Every word of the application in English; the keys are those of `zh`. */
import type { Messages } from './zh'

const en: Messages = {
  app: { name: 'Tongbao' },
  places: { home: 'Home', accounts: 'Accounts', transfer: 'Transfer', notices: 'Notices', me: 'Me' },
  foot: { verify: 'Verify a document', platform: 'Platform and API' },
  dates: { today: 'Today', yesterday: 'Yesterday' },
  ui: {
    loading: 'Loading', again: 'Try again', close: 'Close', dismiss: 'Dismiss', back: 'Back', more: 'Show more', optional: 'optional', skip: 'Skip to content',
    places: 'Main', steps: 'Steps', copy: 'Copy {what}', copied: 'Copied', reveal: 'Show the whole {what}', cover: 'Hide {what}',
    offline: 'You are offline. What you have filled in is kept; go on when the line is back.',
  },
  looks: {
    title: 'Display', language: 'Language', theme: 'Theme', auto: 'As the system', light: 'Light', dark: 'Dark',
    elder: 'Larger and simpler', elder_note: 'Larger type, firmer contrast',
  },
  problem: {
    code: 'Code', uncertain: 'No result has reached us. Ask once more with the button below: the same payment is never made twice.', nothing_moved: 'No money has moved.',
    network: {
      unreachable: { title: 'No connection', detail: 'Check the network and try again. What you have filled in is still here.' },
      unexpected_answer: { title: 'An unexpected answer', detail: 'Something between us and you answered instead. Try again in a while.' },
    },
    page: { defect: { title: 'Something is wrong with this page', detail: 'Load it again; if that does not help, tell us the code.' } },
  },
  log_in: {
    title: 'Log in', second: 'One more proof that it is you', line: 'Where every cent went, and what comes next.', point_1: 'Fees and arrival first, then you confirm', point_2: 'A receipt for everything, open to verification', point_3: 'When something fails, what to do about it',
    passkey: 'Log in with a passkey', or: 'or with a password', login: 'Username, mobile or e-mail', password: 'Password', go: 'Log in',
    login_missing: 'Enter your username, mobile or e-mail', password_missing: 'Enter your password', expired: 'Your session has ended. Log in again; what you had begun is still here.',
  },
  factor: { otp_sms: 'A code by SMS', otp_email: 'A code by e-mail', totp: 'The code of your authenticator', passkey: 'Passkey', recovery_code: 'Recovery code' },
  step_up: {
    title: 'Confirm that it is you', code: 'Six-digit code', sent_to: 'Sent to {to}', send_code: 'Send the code', send_again: 'Send again', use_passkey: 'Confirm with a passkey', confirm: 'Confirm', instead: 'Use instead: {proof}',
    password: 'Password', payment_password: 'Payment password', passkey: 'Passkey', totp: 'Authenticator code', code_and_totp: 'Both codes', recovery_code: 'Recovery code',
  },
  passkey: {
    title: 'Set up a passkey first', needed: '{what} takes a proof that it is you, and you have none yet.', what: 'A passkey is your fingerprint, face or screen lock: nothing to remember, nothing to be tricked out of.', unavailable: 'This device has no passkeys. Use another one, or ask us for help.',
    set_up: 'Set it up now', later: 'Not now', codes: 'Keep your recovery codes', codes_why: 'They bring your account back when this device is lost. They are shown this once.', copy: 'Copy them all', kept: 'I have kept them',
  },
  home: {
    morning: 'Good morning, {name}', noon: 'Good day, {name}', afternoon: 'Good afternoon, {name}', evening: 'Good evening, {name}',
    have: 'My balance', available: 'Available', total: 'Available, by currency', find: 'Find an entry', all_accounts: 'All accounts', happened: 'What happened', all: 'See all',
    none: 'No account yet', none_why: 'Once one is open, balances and entries are here.', quiet: 'Nothing has moved yet', quiet_why: 'Whatever comes in or goes out is shown here.',
  },
  next: { title: 'What comes next', none: 'Nothing to do, and no money about to leave.', sign: 'For you to sign: {what}', order: 'Standing order to {name}', loan: 'Business loan falls due', waits: 'Waits for you' },
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
  notices: { none: 'No notices yet', none_why: 'We tell you when something moves.', read_all: 'Mark all as read', unread: 'Unread: ' },
  me: { security: 'Security', passkeys: 'Passkeys', totp: 'Authenticator', payment_password: 'Payment password', set: 'Set up', not_set: 'Not set up', add_passkey: 'Add a passkey', help: 'Help and verification', log_out: 'Log out' },
  staff: { start: 'Desk', inbox: 'For me to decide', what: 'What', maker: 'Made by', reason: 'Reason', until: 'Good until', none: 'Nothing waits for you', none_why: 'What takes a second person’s decision is shown here.' },
  lost: { title: 'There is no page here', why: 'The address may be mistyped, or the page has moved.', home: 'Go to the home page' },
}

export default en
