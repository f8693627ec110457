/** Paying, and what came of it. */
import type { Words } from '../words'
import type zh from '../zh/paying'

const paying: Words<typeof zh> = {
  transfer: {
    enter: 'Enter', check: 'Check', done: 'Done', from: 'From', amount: 'Amount', available: '{amount} available', empty: 'Nothing is on this account yet. Once you are paid, or top it up, you can transfer.', level: 'Verified to the level “{level}”: at most {most} a payment and {day} a day.', level_next: 'Once it is “{level}”: at most {most} a payment and {day} a day.', level_go: 'Verify further', level_ask: 'Ask the firm’s administrator to verify it further.', payee: 'Payee', new_payee: 'A new payee', name: 'Payee’s name', number: 'Payee’s account number', remittance: 'Remark', next: 'Next: check it',
    you_pay: 'You pay {name}', arrives: 'Arrives', at_once: 'at once', in_minutes: 'usually within minutes; the payee’s bank decides', bank: 'Payee’s bank', here: 'Tongbao', other_bank: 'Another bank, by its code', code: 'CNAPS code or BIC', code_hint: '12 digits, or the BIC of a bank abroad', of: 'From {name}',
    cooling: 'This payee was confirmed less than 24 hours ago. From 50,000 yuan on, a transfer can be made from:', cooling_new: 'From 50,000 yuan on, a payee must have been confirmed for 24 hours. Confirm the payee in your book today and pay tomorrow. If somebody urges you to pay at once, call them first.', stranger: 'This payee is not in your book. Ask the payee in person before you pay. Whoever tells you to move money to a “safe account” is a fraud.', fee: 'Fee', debited: 'Leaves your account', confirm: 'Pay {amount}', ask_again: 'Ask for the result ({amount})', change: 'Change something',
    over_limit: 'Above a limit: {title}', unknown: 'It was sent and no result has reached us. Ask once more; it is never made twice.',
    fits: { match: 'Name and account fit', close_match: 'The name is close to the account’s, not the same: look again', no_match: 'Name and account do not fit: ask the payee first', not_checked: 'The name could not be checked: be sure you trust the payee' },
    arrived: 'It has arrived', under_way: 'Under way; the money has left your account', to: 'To {name}', details: 'See this transfer', another: 'Another transfer',
    waiting: 'A second person must agree', waiting_why: 'It is more than you may do alone. No money moves before.', waiting_until: 'Good until',
    fault: {
      number_missing: 'Enter the payee’s account number', number_number: 'An account number has 6 to 32 digits', code_code: 'Enter 12 digits, or a BIC', name_missing: 'Enter the payee’s name', name_too_long: 'At most 140 characters',
      amount_empty: 'Enter an amount', amount_not_a_number: 'Enter a number such as 1234.50', amount_too_precise: 'Cents at the smallest', amount_too_large: 'That is too large', amount_not_positive: 'It must be more than nothing', amount_too_much: 'More than is available',
      remittance_too_long: 'At most 140 characters',
    },
  },
  receipt: { order: 'Get a receipt', making: 'The receipt is being made', download: 'Download the receipt', code: 'Verification code' },
  payment: {
    title: 'Payment', kind: 'Kind', cancel: 'Cancel this payment', debtor: 'Payer', creditor: 'Payee', initiated: 'Ordered', settled_at: 'Arrived', reference: 'Reference',
    created: 'Accepted', awaiting_approval: 'A second person must agree', screened: 'Being checked', reserved: 'Under way; the money is held', sent: 'At the payee’s bank', unknown: 'We are finding out the result', settled: 'Arrived', rejected: 'Not made; the money is back', returned: 'Sent back by the payee’s bank', cancelled: 'Cancelled',
  },
  payments: {
    account: 'Account', whose: 'On behalf of', direction_any: 'In and out', direction_out: 'Out', direction_in: 'In', state: 'State', state_any: 'All', state_under_way: 'Under way', state_settled: 'Done', state_failed: 'Failed',
    none: 'No payments yet', none_why: 'Whatever is paid or received is here, and what could not be paid too.', nothing_found: 'No payment fits', nothing_found_why: 'Try another direction or state.',
    kind: { book_transfer: 'Transfer', credit_transfer: 'Transfer to a bank', top_up: 'Top-up', withdrawal: 'Withdrawal', refund: 'Refund', incoming: 'From another bank', return: 'Sent back', verification: 'Card verification' },
    short: { created: 'Accepted', awaiting_approval: 'To be agreed', screened: 'Being checked', reserved: 'Under way', sent: 'Under way', unknown: 'Finding out', settled: 'Arrived', rejected: 'Not made', returned: 'Sent back', cancelled: 'Cancelled' },
  },
  recall: {
    title: 'Asking for it back', ask: 'Ask for it back', what: 'We ask the payee’s bank to send the money back. It may refuse, and it takes some days. No money moves before, and the fee stays.', why: 'Why should it come back?', note: 'A word to the payee’s bank', send: 'Ask the payee’s bank',
    reason: { ac03: 'Wrong account', am09: 'Wrong amount', dupl: 'Paid twice', frad: 'It was fraud', cust: 'Another reason', tech: 'A technical fault' },
    requested: 'Asked', sent: 'Waiting for their answer', unknown: 'Finding out', accepted: 'Agreed; on its way', refused: 'They refused', returned: 'The money is back',
  },
  refund: { title: 'Refunds', so_far: 'Sent back so far:', begin: 'Refund', what: 'From your account back to {name}, all of it or a part.', amount: 'Amount', left: 'At most {amount}', confirm: 'Refund {amount}' },
  payee: {
    add: 'Add a payee', find: 'Search payees', none: 'No payees yet', none_why: 'Save those you pay often, and never type their number again.', nothing_found: 'No payee found', nickname: 'Nickname', groups: 'Groups', groups_hint: 'Parted by spaces or commas: suppliers Hangzhou',
    save: 'Save the payee', saved: 'The payee is saved', fault_number: 'An account number has 8 to 34 digits or letters', state: 'State', confirmed: 'Confirmed', unconfirmed: 'Not confirmed', unconfirmed_why: 'The first payment asks you to confirm once more. Confirm now, and 24 hours later sums of 50,000 yuan and more can go there too.',
    pay: 'Make a transfer', confirm: 'Confirm this payee', edit: 'Edit', save_words: 'Save', remove: 'Remove', remove_why: 'Paying them again will ask you to confirm again. What was paid stays paid.',
  },
  one_click: {
    title: 'One-click pay', what: 'Small sums go to confirmed payees at Tongbao without confirming each one. You set how much: at most 1,000 yuan a payment and 5,000 a day. Switch it off whenever you like.', per_payment: 'At most a payment', per_day: 'At most a day', used: 'Used today', on: 'On', off: 'Off', set_by: 'The firm’s administrator sets these sums.', begin: 'Switch it on', change: 'Save', end: 'Switch it off',
    saved: 'One-click pay is set', ended: 'One-click pay is off', left: '{amount} left today', too_much: 'More than the {amount} of one-click pay: make a transfer', pay: 'Pay with one click',
  },
  standing: {
    new: 'New standing order', none: 'No standing orders yet', none_why: 'Rent, wages, supplies: paid by themselves on the day, and you are told each time.', next: 'next', unit_month: 'Every {n} months', unit_week: 'Every {n} weeks', unit_day: 'Every {n} days',
    each_month: 'Monthly', each_week: 'Weekly', each_day: 'Daily', each_once: 'Once', active: 'Active', paused: 'Paused', ended: 'Ended', cancelled: 'Cancelled', often: 'How often', every_month: 'Every how many months', every_week: 'Every how many weeks', every_day: 'Every how many days', first_on: 'First date', holidays: 'On a holiday',
    holidays_next: 'Pay on the next business day', holidays_previous: 'Pay on the business day before', holidays_as_is: 'Pay all the same', ends: 'Ends', ends_never: 'When I cancel it', ends_on: 'On a date', ends_after: 'After some payments', last_on: 'Last date', count: 'How many payments',
    amount: 'Amount each time', here_only: 'Standing orders go to accounts at Tongbao', will_pay: 'It will be paid on', moved: 'instead of {from}, a holiday', and_on: 'and so on', fault: 'Say when and how often', confirm: 'Set up the order', confirm_of: 'Pay {amount} each time', unknown: 'It was sent and no result has reached us. Send it again; it is never made twice.',
    pause: 'Pause', resume: 'Resume', end: 'Cancel the order', end_why: 'Nothing is paid by it any more. What was paid stays paid.', dates: 'Next dates', past: 'Past dates', again: 'Tried again:', paid: 'Paid', retrying: 'To be tried again', missed: 'Not paid',
  },
  wallet: {
    pay: 'Waiting for you to pay at {name}', scan: 'Open {name} on your phone and scan this code to pay.', code: 'Code to pay at {name}', open: 'Open {name}', making: 'Asking {name} for a code to pay by…', until: 'To be paid by', closing: 'Asking {name} whether it was paid; one moment.',
    rejected: 'Not topped up; nothing was taken', when: 'You get a code to pay by next; the money arrives seconds after it is paid.',
  },
  bank_card: {
    add: 'Link a card', what: 'A card in your own name. We pay less than 1 yuan to it; tell us how much, and we know that it is yours.', none: 'No linked cards', none_why: 'Link a card of your own to top up and to withdraw.', none_verified: 'No verified card yet', number: 'Card number', number_hint: '16 to 19 digits', link: 'Link it and pay the small amount',
    verified: 'Verified', unverified: 'To be verified', verify_what: 'We have paid less than 1 yuan to this card. See how much on its statement and tell us; {tries} tries are left.', amount: 'Amount received', amount_hint: 'Such as 0.37', verify: 'Verify', remove: 'Unlink', remove_why: 'What is under way with it goes on.',
    into: 'To', pay_with: 'Pay with', to_card: 'To the card', credited: 'Reaches your account', top_up_amount: 'Amount', withdraw_amount: 'Amount', top_up_when: 'It arrives once the card’s bank has paid, usually in seconds.', withdraw_when: 'Usually on the card within minutes; its bank decides.',
    top_up_confirm: 'Top up {amount}', withdraw_confirm: 'Withdraw {amount}', another: 'Another one',
  },
}

export default paying
