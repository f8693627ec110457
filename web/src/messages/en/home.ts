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
    open_account: 'Open an account', open_account_why: 'At once when you are verified, free of charge', identity: 'Identity and limits', identity_why: 'How far you are verified, and what that allows', open_firm: 'Open your firm', open_firm_why: 'As its legal representative, with the business licence', invitations: 'Invitations', invitations_why: 'Join a firm that wants you to act for it',
    transfer: 'Transfer', transfer_why: 'To a person or a firm; name and fee are checked before you confirm',
  },
}

export default home
