/** Becoming a customer: registering, coming back, who one is, firms, first accounts. */
import type { Words } from '../words'
import type zh from '../zh/joining'

const joining: Words<typeof zh> = {
  welcome: {
    title: 'Welcome to Tongbao', join: 'Register', join_why: 'A mobile number or e-mail, and a password', verify: 'Verify who you are', verify_why: 'Have your ID card ready: a few minutes, with progress in sight', open: 'Open an account', open_why: 'At once when you are verified, free of charge', firm: 'Bring your firm', firm_why: 'Its legal representative opens it online with the business licence',
  },
  register: {
    title: 'Register', none_yet: 'New here? Register', have_one: 'I have an account: log in', who: 'Who you are', code: 'Code', password_step: 'Password',
    name: 'Name', name_hint: 'As on your ID card: it is checked when you verify', name_missing: 'Enter your name', contact: 'Mobile or e-mail', contact_hint: 'You log in with it later', contact_missing: 'Enter your mobile number or e-mail',
    sent_to: 'We sent a code to', code_hint: 'Six digits, good for 5 minutes', code_missing: 'Enter the six digits', code_go: 'Next', again_in: 'Send again in {seconds} s', change: 'Use another',
    password: 'Choose a password', password_hint: 'At least 12 characters; a sentence you remember does well', password_short: '{count} more characters', password_show: 'Show the password', finish: 'Finish',
    passkey: 'Add a passkey', done: 'You are registered, {name}', passkey_go: 'Set up a passkey',
  },
  forgot: {
    title: 'Forgot your password?', back: 'Back to log-in', where: 'Contact', new: 'New password', contact_hint: 'The one you log in with', second: 'You have set up: {proof}. A new password takes it as well.', finish: 'Set the new password', anew: 'Start again', done: 'Your password is new. Log in with it; other devices are logged out.',
  },
  recover: {
    title: 'Recover your account', lost: 'Lost your passkey and authenticator?', ask: 'Lost it?', why: 'Without passkey, authenticator and recovery codes you can ask to have them removed. Against impostors that takes 48 hours, and every contact of yours is told.', go: 'Ask to remove them', complete: 'The 48 hours are over: remove them',
    waiting: 'We have your request', waiting_why: 'Come back to this page to complete it. If you find the device or a recovery code, just log in: that calls it off.', ready: 'Can be completed from', until: 'At the latest', not_me: 'I did not ask for this',
    cancel: 'Call it off', cancel_why: 'The message holds a code. Enter it here and the request is void at once.', cancel_code: 'Code to call it off', cancelled: 'It is called off. Log in soon and change your password.',
  },
  verify: {
    title: 'Verify who you are', firm_title: 'Verify your firm', back: 'Identity and limits', level_title: 'Identity and limits', whose: 'For whom', level: 'Level now', level_0: 'Not verified', level_1: 'Basic', level_2: 'Standard', level_3: 'Full', more: 'You can go on to', begin: 'Begin', allowed: 'What may be paid out', history: 'Earlier checks',
    nobody: 'You act for nobody yet', nobody_why: 'Once you have registered or joined a firm, its level is shown here.', open_case: 'Go on where you left off', up_to: 'Up to {amount} a payment', no_limit: 'No limit', per_transaction: 'A payment', per_day: 'A day', per_year: 'A year',
    need_id_card: 'ID card details', need_id_card_pictures: 'both sides of the card', need_face: 'your face', need_business_licence: 'licence details', need_licence_picture: 'a picture of the licence', need_legal_representative: 'a verified representative', need_beneficial_owners: 'verified owners',
    step_pictures: 'Pictures', step_facts: 'Details', step_face: 'Face', step_licence: 'Picture', step_licence_facts: 'Details', step_outcome: 'Result', next: 'Next', submit: 'Send for the check',
    pictures_why: 'Flat, whole and without glare. Pictures are kept encrypted and serve this check alone.', face_why: 'Face the camera in even light, without sunglasses or mask.', id_card_front: 'Card, portrait side', id_card_back: 'Card, emblem side', face: 'Your face', licence_picture: 'Business licence',
    id_card_front_how: 'The side with your portrait', id_card_back_how: 'The side with the emblem', face_how: 'Face the camera', licence_picture_how: 'Original or duplicate', kept: 'We have a picture; you can take another', received: 'Received', film: 'Take a picture', again: 'Take another', shoot: 'Take it', stop: 'Cancel', choose: 'Choose a file',
    trouble_camera: 'The camera did not open: it is not allowed, or in use. Choose a file instead.', trouble_unreadable: 'This file is no picture we can read. Try a JPEG or PNG.', note_reading: 'Reading your pictures; you can type already', note_read: 'Read from your pictures: please check each field', note_unread: 'The pictures were not clear enough: type it in, or go back and take others', note_none: 'As on the document',
    name: 'Name', number: 'ID number', issuing_authority: 'Issuing authority', issuing_authority_hint: 'On the emblem side', valid_from: 'Valid from', valid_until: 'Valid until', long: 'No end date',
    firm: 'Name of the firm', code: 'Unified social credit code', legal_representative: 'Legal representative', legal_form: 'Type', founded_on: 'Founded on', business_scope: 'Business scope', business_scope_hint: 'As on the licence; the main items will do', capital: 'Registered capital', capital_hint: 'In renminbi',
    fault_name: 'Enter the name', fault_number: 'An ID number has 18 characters; the last may be an X', fault_issuing_authority: 'Enter the issuing authority', fault_valid_from: 'Enter the first day', fault_valid_until: 'Enter the last day, or choose no end date', fault_legal_form: 'Enter the type', fault_legal_representative: 'Enter the legal representative', fault_founded_on: 'Enter the day it was founded', fault_business_scope: 'Enter the business scope', fault_capital: 'Enter an amount, such as 5000000',
    is_checking: 'We are checking', is_checking_why: 'It takes seconds, a minute at most. You may leave: we tell you the result.', is_waiting: 'A registry does not answer', is_waiting_why: 'We ask again by ourselves and tell you the result. Nothing to do for you.', is_needs_staff: 'Our staff take a look', is_needs_staff_why: 'It takes a business day as a rule. We tell you the result.', is_approved: 'Verified', is_approved_why: 'What you gave us is kept encrypted and serves this check alone.', is_refused: 'Not this time', is_refused_why: 'Here is why, and what to do. You can apply again at once.',
    asks_bureau: 'Do name and number belong together', asks_document: 'Do the pictures say the same', asks_faces: 'Is it you', asks_registry: 'What the business registry says', asks_representative: 'Is the representative the same', found: 'Why, and what to do', apply_again: 'Apply again', colleagues: 'Invite makers and checkers',
    state_opened: 'To fill in', state_evidence: 'To send', state_checking: 'Being checked', state_waiting: 'Waiting for an answer', state_needs_staff: 'With our staff', state_approved: 'Verified', state_refused: 'Refused',
  },
  firm: {
    title: 'Open your firm', why: 'For its legal representative: name the firm, then check its licence. Once verified it can open accounts, pay, collect and borrow.', first: 'Verify yourself first', first_why: 'A firm is opened by its legal representative once they are verified. It takes minutes.', name_hint: 'Exactly as on the licence', code_hint: '18 characters, on the licence', fault_name: 'Enter the name of the firm', fault_code: 'The code has 18 digits and letters',
    share: 'How much of it is yours', whole: 'All of it', most: 'More than 75%', shared: '75% or less', shared_why: 'It begins at the standard level; with everybody verified who holds 25% or more, it can have the full one.', go: 'Next: the licence',
  },
  open: {
    title: 'Open an account', owner: 'Owner', product: 'Sort of account', currency: 'Currency', go: 'Open the account', free: 'No fee for opening or keeping it. Close it whenever you like.', current_why: 'For everyday payments', savings_why: 'Bears interest, there any time', wallet_why: 'One number, many currencies', done: 'Your account is open', see: 'See the account', another: 'Open another', first: 'Verify yourself first', first_why: 'Then you open an account at once.',
  },
  join: {
    title: 'Invitations', none: 'No invitation waits', none_why: 'When a firm’s administrator invites you, it is shown here.', done: 'You have joined {company}', accept: 'Accept', until: 'Good until', up_to: 'Up to {amounts} a payment', any: 'any amount in {currency}', login: 'Administrators invite you by your log-in name:', login_name: 'Log-in name',
    as_holder: 'Holder: everything', as_viewer: 'Viewer: sees, moves nothing', as_maker: 'Maker: begins payments and applications', as_checker: 'Checker: agrees to payments or declines', as_administrator: 'Administrator: manages users and accounts, pays nothing',
  },
  todo: {
    title: 'What to do next', progress: '{done} of {all} done', done: 'Done', later: 'Later', passkey: 'Set up a passkey', passkey_why: 'Log in and confirm with fingerprint or face', verify: 'Verify who you are', verify_why: 'ID card and face: a few minutes', account: 'Open your account', account_why: 'At once when you are verified, free of charge', firm: 'Open your firm', firm_why: 'As its legal representative, with the licence',
    firm_verify: 'Verify {name}', firm_verify_why: 'With its business licence', firm_account: 'Open an account for {name}', firm_account_why: 'Then it pays, collects and borrows', invited: '{company} invites you', invited_why: 'See what you would be in charge of',
  },
}

export default joining
