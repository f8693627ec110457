/** Getting paid, and paying what one is asked for. */
import type { Words } from '../words'
import type zh from '../zh/collecting'

const collecting: Words<typeof zh> = {
  collect: {
    codes: 'Codes', links: 'Links', requests: 'Requests', new_codes: 'New code', new_links: 'New link', new_requests: 'Ask to be paid', side_payee: 'Made by me', side_payer: 'For me to pay',
    no_codes: 'No codes yet', no_codes_why: 'Print one for your counter; customers scan it and pay.', no_links: 'No payment links yet', no_links_why: 'Make a link and send it; whoever opens it can pay.', no_payee: 'No requests yet', no_payee_why: 'Whoever you ask is told, and pays or refuses.', no_payer: 'Nobody asks you to pay', no_payer_why: 'You are told when somebody does.',
    into: 'To the account', amount: 'Amount', title: 'What it is for', title_hint: 'The payer reads it: supplies of November', fault_title: 'Say what it is for', good_for: 'Good for', days: '{n} days', collected: 'What came in', nothing: 'Nothing yet',
  },
  till: {
    what: 'A code is for one place where you are paid. It stays the same: print it and put it up.', name: 'Name of the place', name_hint: 'Customers see it when they pay; at most 25 characters', fault_name: 'Enter a name', latin_name: 'Name in Latin letters', latin_hint: 'It stands in the code: letters and digits only', fault_latin: 'Use Latin letters and digits', latin_city: 'City in Latin letters', category: 'Line of business', open: 'Make the code',
    category_5411: 'Groceries', category_5812: 'Restaurant', category_5999: 'Retail', category_5211: 'Building materials', category_7299: 'Services', category_8999: 'Professional services', since: 'Opened:', closed: 'Closed', hangs: 'Counter', sale: 'One sale', charge: 'Their code', code_of: 'Payment code of {name}',
    hangs_why: 'Whoever scans it says how much.', print: 'Print', sale_amount: 'Amount', sale_make: 'Make a code for this sale', sale_until: 'Good until', sale_paid: 'It is paid', sale_over: 'This code is over', sale_next: 'Next sale', shown_code: 'The customer’s code', shown_hint: '20 digits beginning with 70', fault_code: 'A payment code has 20 digits and begins with 70', scan: 'Scan the customer’s code',
    charge_it: 'Charge', charged: '{amount} received from {name}', close: 'Close this code', close_why: 'It cannot be opened again, and what is printed leads nowhere. What was received stays.',
  },
  pay_link: {
    open: 'Open', completed: 'Paid', cancelled: 'Taken back', expired: 'Expired', any: 'The payer says how much', amount_hint: 'Leave it empty and the payer says how much', until: 'until', paid: 'payments so far: {n}', how_often: 'How often it may be paid', once: 'Once', times: 'Up to {n} times', times_any: 'Any number of times', make: 'Make the link', qr: 'QR code of the payment link', address: 'Payment link', share: 'Share', see: 'See the payer’s page', cancel: 'Take it back',
    page: 'Payment', payment: 'Amount', asks: '{name} asks you to pay', log_in: 'Log in and pay', confirm: 'Pay {amount}', pay: 'Pay', beware: 'Pay only people you know. The money arrives at once and does not come back by itself.', no_account: 'You have no {currency} account to pay from', over_completed: 'It is paid already', over_cancelled: 'The payee has taken it back', over_expired: 'It has expired', over_why: 'If there is still something to pay, ask {name}.', back: 'Back',
  },
  pay_request: {
    title: 'Request to pay', open: 'To be paid', paid: 'Paid', declined: 'Refused', cancelled: 'Taken back', expired: 'Expired', by: 'How we find them', by_account: 'Account number', by_phone: 'Mobile number', number: 'Their account number', phone: 'Their mobile number', name: 'Their name', name_hint: 'Exactly as their account is held', fault_account: 'An account number has 8 to 34 digits', fault_phone: 'Enter a mobile number', fault_name: 'Enter their name',
    in_parts: 'May be paid in parts', make: 'Send the request', make_of: 'Ask for {amount}', too_much: 'More than you are asked for', so_far: 'Paid so far', cancel: 'Take it back', refuse: 'Refuse', refuse_why: 'They are told. What you have paid stays paid.', reason: 'Tell them why', because: 'Why it was refused', back: 'Back to the request',
  },
  scan: {
    what: 'Point at a payment code, or choose a picture of one.', camera: 'Camera', no_camera: 'There is no camera, or it is not allowed. Choose a picture instead.', unreadable: 'No code was found in this picture. Try a clearer one.', picture: 'Choose a picture', text: 'Or paste what the code says', text_hint: 'A text that begins with 00, or a payment link', read: 'Read it', again: 'Scan another one',
  },
  pay_code: {
    what: 'Show a code to a shop and it is paid, small sums without confirming each one. The code changes every 30 seconds and is good once; never send it to anybody.', per_payment: 'At most a payment', at_most: 'At most a payment:', begin: 'Switch it on', end: 'Switch it off', shown: 'Payment code', renews: 'It changes every 30 seconds; never send it to anybody', renew: 'Another one', firms: 'Firms have no payment code', firms_why: 'A firm’s payment may take a second person. Scan the shop’s code instead.',
  },
}

export default collecting
