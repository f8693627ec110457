/** Help: questions as people ask them, and plain answers. */
import type { Words } from '../words'
import type zh from '../zh/help'

const help: Words<typeof zh> = {
  help: {
    title: 'Help', search: 'Search, for example: wrong account', found: '{count} answers', none: 'Nothing found', none_why: 'Try other words, or call us.', open: 'Go there',
    group: { money: 'Transfers and payments', account: 'Accounts and statements', login: 'Logging in and security', data: 'Data and consents' },
  },
  answer: {
    wrong: { q: 'I paid the wrong account. Can I get it back?', a: 'A payment not yet sent can be cancelled. One that reached another bank can be asked back on its page; that bank and the payee decide, and we tell you. Between accounts here money arrives at once, so only the payee can return it.' },
    arrive: { q: 'How long does a transfer take?', a: 'To an account here, no time. To another bank, the check before you confirm names the route and the latest arrival, holidays included.' },
    pending: { q: 'It says “under way”. Shall I pay again?', a: 'No. The money has left your account and the other bank has not answered yet. We keep asking until it does, and tell you either way.' },
    fee: { q: 'How are fees worked out?', a: 'Each fee and the total are shown before you confirm, and add up to the cent. What is not carried out costs nothing.' },
    limit: { q: 'It is over a limit. What now?', a: 'The check says which limit and how much is left. Pay in parts, or raise the limit for some hours; you confirm that it is you.' },
    name: { q: 'Why do name and account not fit?', a: 'We asked the payee’s bank, and the name differs. Reach the payee some other way first. Whoever hurries you is likely a fraud.' },
    receipt: { q: 'Where do I get a receipt, and who can check it?', a: 'On the payment’s page, sealed and with a code. Anybody can check it by that code or the file on the verification page.' },
    statement: { q: 'How do I export entries and statements?', a: 'An account’s page filters and exports its entries. Statements and certificates come as PDF, month by month.' },
    frozen: { q: 'My account is frozen', a: 'Its page says why and how much. What you stopped yourself you can release. For an order of the law, contact the authority it names.' },
    interest: { q: 'When is interest paid?', a: 'Demand deposits earn by the day and pay by the quarter. Time deposits pay at maturity; what you take out early earns the demand rate, and you see the difference first.' },
    passkey: { q: 'What is a passkey?', a: 'Your fingerprint, face or screen lock, used to log in and confirm. The key stays on your device, so no site and no fraud can take it.' },
    lost: { q: 'I lost my phone. How do I log in?', a: 'By another passkey or a recovery code; then log out all other devices under Security. With neither, ask for a recovery on the log-in page and set up anew after the wait.' },
    code: { q: 'Somebody asks me for a code', a: 'Never give it. Our staff does not ask for codes, passwords or recovery codes. If you did, change your password now and call us.' },
    strange: { q: 'I see a log-in that is not mine', a: 'Change your password at once, then log out everywhere else. Activity shows when, where and on which device.' },
    consent: { q: 'Can I take back a consent?', a: 'Any time, free and without a reason. We stop fetching at once; what was decided before stays.' },
    copy: { q: 'What do you keep about me?', a: 'My data shows what, why and for how long. You can take a full copy there, or ask to have it erased.' },
  },
}

export default help
