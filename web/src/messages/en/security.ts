/** Security centre, notification settings, one’s data. */
import type { Words } from '../words'
import type zh from '../zh/security'

const security: Words<typeof zh> = {
  security: {
    title: 'Security', strong: 'Your account is well protected', strong_why: 'Logging in and paying take a proof that it is you. A password alone opens nothing.', weak: 'One step to go: add a passkey', weak_why: 'So far your password does most of the work. With your fingerprint, face or screen lock, a stolen password is worth nothing.',
    ways: 'Logging in and confirming', on: 'On', off: 'Not set up', count: '{count} in use', totp: 'Authenticator app', codes: 'Recovery codes', codes_left: '{count} left', password: 'Password', password_note: 'Change it when somebody may know it', alerts_note: 'What we tell you, and how',
    signed_in: 'Logged in now', devices: 'Devices', this_device: 'This device', end: 'Log out', end_of: 'Log out on {name}', activity: 'Activity', quiet: 'Nothing yet', quiet_why: 'New devices, changed passwords and the like are noted here.',
    recovery: 'Somebody asked to reset how you log in', recovery_why: 'If it was not you, call it off now: otherwise your passkeys, authenticator and recovery codes will be taken away.', recovery_from: 'Takes effect no earlier than', recovery_stop: 'It was not me, call it off',
    left_elsewhere: 'Logged out everywhere else', leave_elsewhere: 'Log out everywhere else', leave_elsewhere_why: 'Keeps only this log-in. For a lost phone, or a log-in you do not know.',
    known: 'Known devices', known_why: 'Logging in on these takes one proof less. A removed one is logged out and has to prove itself again.', last_seen: 'Last used', forget: 'Remove', forget_of: 'Remove {name}',
    not_you: 'Something you did not do? Change your password, then log out everywhere else.', change_password: 'Change the password',
    no_passkey: 'No passkey yet', no_passkey_why: 'It takes a minute, and you log in without a password from then on.', added: 'Added', last_used: 'last used', synced: 'synced to your other devices', suspended: 'Suspended: maybe copied',
    acts_of: '{name}: more', rename: 'Rename', remove: 'Remove', rename_title: 'Rename the passkey', remove_title: 'Remove “{name}”?', remove_why: 'It will no longer log you in or confirm anything. We ask you to confirm first.', remove_yes: 'Remove the passkey', name: 'Name', save_name: 'Save the name',
    totp_what: 'An app on your phone shows a new six-digit code every 30 seconds, even without a network.', totp_scan: '1. Scan this with your authenticator', totp_qr: 'QR code to set up an authenticator', totp_open: 'Is the app on this phone? Open it', totp_key: 'Or type the key:', totp_secret: 'key',
    totp_code: '2. Enter the code it shows', totp_code_hint: 'It changes every 30 seconds', totp_confirm: 'Turn it on', totp_ready: 'The authenticator is on', totp_remove: 'Remove the authenticator', totp_remove_why: 'Set up another way before you change your phone.', totp_set_up: 'Set up an authenticator',
    codes_what: 'They bring your account back when your phone is lost. Each works once: write them down, or keep them in a password manager.', codes_few: 'Few are left: make new ones', codes_none: 'No recovery codes yet', codes_none_why: 'You get ten with your first passkey or authenticator.', codes_replace: 'Make new codes', codes_replace_why: 'The old ones stop working at once. The new ones are shown once.',
    password_old: 'Your password now', password_new: 'New password', password_rule: 'At least 12 characters. Long beats complicated.', password_why: 'All other devices will be logged out.', password_changed: 'Password changed, other devices logged out',
    pin_set: 'Set a payment password', pin_change: 'Change the payment password', pin_what: 'Six digits that confirm payments, apart from your log-in password.', pin: 'Payment password', pin_again: 'Once more', pin_rule: 'Six digits; no birthday, no run, no repeats', pin_differs: 'The two are not the same', pin_log_in: 'To show that it is you', pin_done: 'Your payment password is set',
  },
  security_event: {
    new_device: 'Log-in from a new device', new_place: 'Log-in from a new place', impossible_travel: 'Log-ins from two places too far apart', log_ins_refused: 'Many wrong passwords', session_reused: 'A log-in was copied and ended', password_changed: 'Password changed', password_reset: 'Password reset', contact_changed: 'Contact changed',
    passkey_added: 'Passkey added', passkey_removed: 'Passkey removed', passkey_suspended: 'Passkey suspended', totp_set_up: 'Authenticator turned on', totp_removed: 'Authenticator removed', recovery_codes_made: 'New recovery codes', recovery_code_used: 'Recovery code used',
    payment_password_changed: 'Payment password set', payment_password_locked: 'Payment password locked after wrong tries', external_login_linked: 'Other log-in linked', external_login_unlinked: 'Other log-in unlinked',
    recovery_requested: 'Reset of your log-in asked for', recovery_cancelled: 'Reset called off', factors_recovered: 'Log-in was reset', client_misplaced: 'Your firm’s system key was used elsewhere',
  },
  settings: {
    title: 'Notifications', lead: 'Your inbox always has everything. This is about what we also send.', critical: 'What matters most, such as a changed password or a frozen account, is always sent, whatever you choose here.', phone: 'SMS', email: 'E-mail', reach: 'Sent to', no_contact: 'We have no phone number or e-mail address of yours, so everything stays in the inbox.',
    channels: 'What we send', saved: 'Saved', quiet: 'Quiet hours', quiet_note: 'Ordinary messages wait until they are over', begins: 'From', ends: 'Until', saving: 'Saving',
    category: { security: 'Security', payments: 'Payments', accounts: 'Accounts', deposits: 'Deposits', loans: 'Loans', agreements: 'Agreements and consents', service: 'Service' },
    note: { security: 'Log-ins, passwords, proofs', payments: 'Money in, out, and not paid', accounts: 'Changes of state, documents', deposits: 'Opened, due, interest', loans: 'Decisions, payouts, due dates', agreements: 'Signed, granted, withdrawn', service: 'How your requests stand' },
  },
  data: {
    title: 'My data', lead: 'What we keep, why, and for how long. Take a copy whenever you like.', whose: 'Whose data', export: 'Take a copy', export_why: 'One archive: a summary to read, every record, your statements and the files you gave us. You confirm that it is you.', export_go: 'Download everything', exported: 'The download has begun',
    kept: 'What we keep',
    what: { identity: 'Who you are', money: 'Accounts and payments', access: 'Log-ins and devices', consents: 'Consents and agreements', sources: 'Business data fetched on consent', messages: 'Notices' },
    why: { identity: 'The law has us know our customers; encrypted, shown masked', money: 'Bookkeeping, and your statements', access: 'To protect you and notice what is odd', consents: 'Proof of what you agreed to and withdrew', sources: 'To decide on credit; ends when you withdraw', messages: 'To tell you what happened' },
    term: { identity: 'Five years after you leave', money: 'Fifteen years at least', access: 'Six months', consents: 'Five years after you leave', sources: 'As the consent says', messages: 'Six months' },
    erase: 'Leave and erase', erase_why: 'Names, contacts, documents, pictures and log-ins go for good. Bookings and agreements stay by law and lead to nobody.', holds: 'It cannot be erased yet', hold_until: 'until {day}', queued: 'Noted. It will be erased by itself on', erase_go: 'Ask to erase', erase_title: 'This cannot be undone', erase_confirm: 'Erase my data', erased: 'Your data is erased', erase_asked: 'Asked for. A second person decides.', nobody: 'No data to show', nobody_why: 'You act for no person or firm at the moment.',
  },
  human: { title: 'Talk to a person', why: 'When it is hard to explain, or does not work.', call: 'Call {phone}', no_phone: 'Our number is posted at every branch.', complain: 'Complaints go to the same number. You have an answer within 15 days.' },
}

export default security
