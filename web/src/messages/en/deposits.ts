/** Time, instalment and notice deposits. */
import type { Words } from '../words'
import type zh from '../zh/deposits'

const deposits: Words<typeof zh> = {
  deposit: {
    open: 'Open a deposit', mine: 'My deposits', put_aside: 'Put aside', none: 'No deposit yet', none_why: 'Choose a term and see what it pays before you decide.', try: 'See what it pays', over: '{n} that are over', rates: 'Today’s rates', rates_note: 'Simple interest a year. Money taken out before its time earns the current account’s rate.',
    from: 'from {amount}', from_monthly: 'from {amount} a month', yearly: '{rate} a year', matures: 'Matures', earn_more: 'See how much more a deposit earns',
    choose: 'Choose', sign: 'Read and sign', product: 'Product', kind: 'Kind of deposit', term: 'Term', amount: 'Amount', monthly: 'Each month', until: 'When you may take it out', until_why: 'For the calculation only; it is no notice.', at_maturity: 'At maturity',
    too_little: 'At least {amount}', not_offered: 'There is no deposit in {currency} at present.', next: 'Next: read and sign',
    kinds: { time: 'Fixed term', instalment: 'Monthly plan', notice: 'Notice', time_why: 'One sum for one term, at a rate fixed today.', instalment_why: 'A sum each month, all of it back at the end.', notice_why: 'No term: tell us one or seven days before you take it out.' },
    would_earn: 'Interest', principal: 'Principal', interest: 'Interest', on_day: 'You get', a_day: 'Interest a day', a_day_at_last: 'Interest a day once all is paid in', drawn_on: 'Taken out',
    instruction: {
      pay_out: 'All back to the account', renew_principal: 'Renew the principal', renew_all: 'Renew with the interest', hold: 'Leave it there',
      pay_out_why: 'On the day it matures, by itself.', renew_principal_why: 'For another term at that day’s rate; the interest goes to the account.', renew_all_why: 'Principal and interest for another term at that day’s rate.', hold_why: 'It earns the current account’s rate until you take it.',
    },
    agreement: 'Deposit agreement', agreed: 'I have read the agreement and accept it', confirm: 'Deposit {amount}', unknown: 'It was sent and no result has reached us. Ask once more; it is never done twice.', opened: 'It is put aside', see: 'See this deposit',
    state: { open: 'Running', matured: 'Matured, waiting for you', paid_out: 'Paid out', renewed: 'Renewed', broken: 'Taken out early', closed: 'All taken out' },
    on_it: 'Principal', was_on_it: 'Was opened with', earned: 'Earned so far', rate: 'Rate a year', started: 'Opened', matures_on: 'Matures', ended: 'Ended', renewals: 'Renewed', times: '{n} times', about: 'About this deposit', number: 'Deposit number', settlement: 'Settlement account', settlement_why: 'Where the money goes back to',
    compare: 'Now or at maturity', if_kept: 'Kept until {day}', if_now: 'All of it today', gets: 'You get', loses: 'Taken out today it earns {amount} less than at maturity.',
    take_early: 'Take out early', take_out: 'Take out', draw: 'Take out', take_all: 'All', take_part: 'A part', part: 'How much of the principal', to_settlement: 'It goes to the settlement account at once.', confirm_out: 'Take out {amount}', taken_out: '{amount} went to the settlement account', save: 'Save', change: 'Change',
  },
  plan: { title: 'Monthly payments', number: 'No.', due: 'Due', amount: 'Amount', state: 'State', paid: 'Paid', late: 'Made up', missed: 'To be made up', coming: 'To come', pay: 'Pay {amount} now', lapsed: 'A payment was missed for too long: since {day} what is paid in earns the current account’s rate.' },
  notice: {
    title: 'Announce a withdrawal', why: 'What is announced in time earns the notice rate.', amount: 'Amount', on: 'Day', give: 'Announce', given: '{amount} announced for {day}', cancel: 'Take the notice back', cancel_why: 'Taken back or missed, what it announced earns nothing for the notice period.',
  },
  payout: { title: 'Paid out so far', interest: 'interest {amount}', matured: 'At maturity', renewed: 'Renewed', broken: 'Taken out early', broken_part: 'Part taken out early', drawn: 'Taken out' },
}

export default deposits
