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
  me: { mine: 'My settings', passkeys: 'Passkeys', payment_password: 'Payment password', add_passkey: 'Add a passkey', security_why: 'Passwords, passkeys, devices and log-ins', settings_why: 'SMS, e-mail and quiet hours', data_why: 'See it, take it, erase it', help: 'Help', help_why: 'Questions, a person, complaints', log_out: 'Log out' },
  service: {
    pay: 'Pay', collect: 'Get paid', save: 'Save', borrow: 'Borrow', firm: 'For firms',
    transfer: 'Transfer', transfer_why: 'To a person or a firm; name and fee are checked before you confirm',
  },
  simple: { tasks: 'What you can do', look: 'History', pay: 'Pay', services: 'Services', notices: 'Notices', leave: 'Back to the standard version' },
}

export default home
