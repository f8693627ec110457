/** Home, what comes next, notices and one’s own page. */
import type { Words } from '../words'
import type zh from '../zh/home'

const home: Words<typeof zh> = {
  home: {
    morning: 'Good morning, {name}', noon: 'Good day, {name}', afternoon: 'Good afternoon, {name}', evening: 'Good evening, {name}',
    have: 'My balance', available: 'Available', total: 'Available, by currency', find: 'Find an entry', all_accounts: 'All accounts', happened: 'What happened', all: 'See all',
    none: 'No account yet', none_why: 'Once one is open, balances and entries are here.', quiet: 'Nothing has moved yet', quiet_why: 'Whatever comes in or goes out is shown here.',
  },
  next: { title: 'What comes next', none: 'Nothing to do, and no money about to leave.', sign: 'For you to sign: {what}', order: 'Standing order to {name}', loan: 'Business loan falls due', waits: 'Waits for you' },
  notices: { none: 'No notices yet', none_why: 'We tell you when something moves.', read_all: 'Mark all as read', unread: 'Unread: ' },
  me: { security: 'Security', passkeys: 'Passkeys', totp: 'Authenticator', payment_password: 'Payment password', set: 'Set up', not_set: 'Not set up', add_passkey: 'Add a passkey', help: 'Help and verification', log_out: 'Log out' },
  service: {
    pay: 'Pay', collect: 'Get paid', save: 'Save', borrow: 'Borrow', firm: 'For firms',
    transfer: 'Transfer', transfer_why: 'To a person or a firm; name and fee are checked before you confirm', payments: 'Payments', payments_why: 'All you paid and received, and where it stands', payees: 'Payees', payees_why: 'Those you pay often, with one click',
    standing: 'Standing orders', standing_why: 'Rent, wages, supplies: paid by themselves on the day', cards: 'Bank cards', cards_why: 'Link your own, to top up and to withdraw', collect_money: 'Get paid', collect_codes: 'Codes', collect_codes_why: 'Customers scan yours, or you scan theirs', collect_links: 'Payment links', collect_links_why: 'Whoever opens one can pay', collect_requests: 'Requests to pay', collect_requests_why: 'Ask somebody, and see who asks you', scan: 'Scan and pay', scan_why: 'Scan the code of a shop', pay_code: 'Payment code', pay_code_why: 'Show it to a shop; small sums at once',
    top_up: 'Top up', top_up_why: 'From a linked card to your account', withdraw: 'Withdraw', withdraw_why: 'From your account to a linked card',
  },
}

export default home
