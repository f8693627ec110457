/** Home, what comes next, notices and one’s own page. */
import type { Words } from '../words'
import type zh from '../zh/home'

const home: Words<typeof zh> = {
  home: {
    morning: 'Good morning, {name}', noon: 'Good day, {name}', afternoon: 'Good afternoon, {name}', evening: 'Good evening, {name}',
    have: 'My balance', available: 'Available', total: 'Available, by currency', find: 'Find an entry', all_accounts: 'All accounts', happened: 'What happened', all: 'See all',
    none: 'No account yet', none_why: 'Once one is open, balances and entries are here.', quiet: 'Nothing has moved yet', quiet_why: 'Whatever comes in or goes out is shown here.',
  },
  next: { title: 'What comes next', none: 'Nothing to do, and no money about to leave.', approve: 'For you to approve: {what}', sign: 'For you to sign: {what}', order: 'Standing order to {name}', loan: 'Business loan falls due', deposit: '{title} matures', bill: 'Bill paid by itself', waits: 'Waits for you' },
  not_yours: { title: 'This is not among what you do here', why: 'If you need it, ask the firm’s administrator to change your role.', back: 'See what you can do' },
  notices: { none: 'No notices yet', none_why: 'We tell you when something moves.', read_all: 'Mark all as read', unread: 'Unread: ' },
  me: { mine: 'My settings', passkeys: 'Passkeys', payment_password: 'Payment password', add_passkey: 'Add a passkey', security_why: 'Passwords, passkeys, devices and log-ins', settings_why: 'SMS, e-mail and quiet hours', data_why: 'See it, take it, erase it', help: 'Help', help_why: 'Questions, a person, complaints', log_out: 'Log out' },
  service: {
    pay: 'Pay', collect: 'Get paid', save: 'Save', borrow: 'Borrow', firm: 'For firms',
    open_account: 'Open an account', open_account_why: 'At once when you are verified, free of charge', identity: 'Identity and limits', identity_why: 'How far you are verified, and what that allows', open_firm: 'Open your firm', open_firm_why: 'As its legal representative, with the business licence', invitations: 'Invitations', invitations_why: 'Join a firm that wants you to act for it',
    transfer: 'Transfer', transfer_why: 'To a person or a firm; name and fee are checked before you confirm',
    deposits: 'Deposits', deposits_why: 'Fixed term, monthly, on notice: see what it pays first',
    statements: 'Statements', statements_why: 'PDF statements and certificates of each account',
    loan: 'Business loan', loan_why: 'On your invoices; interest by the day, repay any day', consents: 'My consents', consents_why: 'Who may fetch which data; withdraw any time', agreements: 'My agreements', agreements_why: 'What you signed: read, download, verify',
    bills: 'Bills', bills_why: 'Electricity, water, gas, phone; by themselves if you like',
    limits: 'Limits', limits_why: 'What may still be paid; your own limits',
    approvals: 'Approvals', approvals_why: 'Read it in full, then approve or sign',
    payroll: 'Payroll', payroll_why: 'Upload a file, check each line, pay at once',
    users: 'Users', users_why: 'Who looks, who pays, who approves, up to how much',
    payments: 'Payments', payments_why: 'All you paid and received, and where it stands', payees: 'Payees', payees_why: 'Those you pay often, with one click',
    standing: 'Standing orders', standing_why: 'Rent, wages, supplies: paid by themselves on the day', cards: 'Bank cards', cards_why: 'Link your own, to top up and to withdraw', collect_money: 'Get paid', scan: 'Scan and pay', scan_why: 'Scan the code of a shop', pay_code: 'Payment code', pay_code_why: 'Show it to a shop; small sums at once',
    collect_codes: 'Codes', collect_codes_why: 'Customers scan yours, or you scan theirs', collect_links: 'Payment links', collect_links_why: 'Whoever opens one can pay', collect_requests: 'Requests to pay', collect_requests_why: 'Ask somebody, and see who asks you',
    top_up: 'Top up', top_up_why: 'From a linked card or a wallet to your account', withdraw: 'Withdraw', withdraw_why: 'From your account to a linked card',
  },
  simple: { tasks: 'What you can do', look: 'History', pay: 'Pay', services: 'Services', notices: 'Notices', leave: 'Back to the standard version' },
}

export default home
