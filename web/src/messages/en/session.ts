/** Getting in, and confirming that it is you. */
import type { Words } from '../words'
import type zh from '../zh/session'

const session: Words<typeof zh> = {
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
}

export default session
