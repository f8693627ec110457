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
}

export default joining
