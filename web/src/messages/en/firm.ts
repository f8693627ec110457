/** What a firm needs beyond a person: approvals, payroll, users; and bills and limits. */
import type { Words } from '../words'
import type zh from '../zh/firm'

const firm: Words<typeof zh> = {
  acting: { for: 'Acting for' },
  acts_as: { holder: 'Holder', viewer: 'Viewer', maker: 'Maker', checker: 'Checker', administrator: 'Administrator' },
  limits: {
    intro: 'A lower limit holds at once. More, for good or for some hours, takes a proof that it is you.', read_only: 'These limits hold now. Your firm’s administrator can change them.', none: 'No limits to change', none_why: 'They appear here once you are verified further.',
    left: 'Left to pay', each: 'At most, each', used: '{used} used of {maximum}', times: '{count} payments', own: 'Your own limit; the bank allows {maximum}', raised: 'Raised to {maximum} until',
    lower: 'Set own limit', raise: 'Raise for a while', end_raise: 'End the raise', restore: 'Use the bank’s', new: 'New limit', most: 'At most {most}', missing: 'Enter the new limit',
    lower_to: 'Limit to {maximum}', raise_to: 'Raise to {maximum}', lower_why: 'Less than now holds at once; more takes a proof that it is you.', for: 'For how long', for_why: 'It ends by itself, or whenever you end it.', hours: '{hours} h',
  },
  approvals: {
    mine: 'For me', asked: 'Asked by me', signed: 'Signed', mine_none: 'Nothing waits for you', mine_none_why: 'Payments that take your approval or signature appear here.', asked_none: 'You have asked for nothing yet', asked_none_why: 'Payments beyond what you may do alone appear here.',
    signed_none: 'Nothing signed yet', signed_none_why: 'Once your firm has a signing policy, payments that take signatures appear here.', until: 'Good until', lacks: '{count} to go', made_by: 'Asked by {name}', content: 'What will be done', reason: 'Reason', every_line: 'See every line', reason_missing: 'Say why: whoever asked will read it',
    state: { executed: 'Done', refused: 'Refused', withdrawn: 'Withdrawn', expired: 'Expired' },
    approve: 'Approve', approve_amount: 'Approve {amount}', refuse: 'Refuse', refuse_why: 'This is final; it would have to be asked for anew. No money moves.', refuse_now: 'Refuse it', withdraw: 'Withdraw', own: 'You asked for this, so somebody else agrees to it. No money moves before.', outcome: 'See the outcome',
    signatures: 'Signatures', stage: 'Stage {number}', of: '{required} of: {whose}', in_turn: 'One after the other', in_any_order: 'In any order', complete: 'Complete', voided: 'Counts no more', by_passkey: 'Passkey', by_ed25519: 'Signing key',
    exact: 'The exact text', exact_why: 'This is what you sign, character for character. Nobody can alter it afterwards, nor can the bank.', proof: 'Download the proof', proof_why: 'The text, the policy and every signature: it can be verified without the bank.',
    sign: 'Sign with a passkey', sign_amount: 'Sign for {amount}', sign_by_key: 'Sign with a key', signed_already: 'You have signed. Others are still to.', not_mine: 'It does not take your signature now.',
    no_key: 'You have not registered a signing key. A passkey signs as well.', key: 'Signing key', document: 'Download the text, document.json', command: 'Sign it on your device:', signature: 'Signature', signature_hint: 'Paste what the command prints', signature_wrong: 'A signature has 64 bytes, in Base64', hand_in: 'Hand in the signature',
  },
  payroll: {
    files: 'Files', upload: 'Upload a payroll', none: 'Nothing uploaded yet', none_why: 'Upload a table; each line is checked, then all are paid at once.', lines: '{count} payments', wrong: '{count} wrong', to_pay: '{count} to pay', from: 'from {number}', not_before: 'Not before',
    kind: { payroll: 'Payroll', batch: 'Batch of payments' },
    mode: { partial: 'Pay the others', partial_why: 'Wrong lines are left out', all_or_nothing: 'Pay nothing', all_or_nothing_why: 'Unless every line can be paid' },
    state: { checked: 'To confirm', awaiting_approval: 'For approval', awaiting_signatures: 'For signing', executing: 'Being paid', executed: 'Paid', rejected: 'Not paid', cancelled: 'Cancelled' },
    line: { good: 'Can be paid', wrong: 'Wrong', settled: 'Paid', rejected: 'Not paid' },
    file: 'Payroll file', file_hint: 'A CSV table or a pain.001, up to 100,000 payments and 64 MB', pick: 'Choose a file, or drop it here', no_file: 'Choose a file to upload', too_large: 'More than 64 MB: please split it', template: 'Download an empty table', template_name: 'payroll.csv',
    what: 'What it is', if_wrong: 'If lines cannot be paid', check: 'Upload and check', check_why: 'Uploading only checks. No money moves until you confirm.',
    pay: 'Pay {amount}', cancel: 'Do not pay it', see_approval: 'See the approval', see_account: 'See the account', progress: 'Progress', paid: '{settled} of {good} paid, {amount} in all', refused: '{count} not paid', some_wrong: '{count} lines are wrong and will not be paid; the others can be.', left_out: '{count} lines were wrong and were not paid.', all_stopped: '{count} lines are wrong, so nothing can be paid. Mend them and upload again.',
    detail: 'Lines', all: 'All {count}', only_wrong: 'Wrong only {count}', nothing_wrong: 'No line is wrong', number: 'Line', payee: 'Payee', amount: 'Amount', report: 'Download the report',
  },
  bills: {
    saved: 'Saved numbers', new: 'Pay a new bill', nobody: 'Nobody sends bills here yet', paid: 'Paid', none_paid: 'Nothing paid yet', none_paid_why: 'Paid bills and their receipts appear here.', ask: 'Look up', more: '{what}: more', forget: 'Forget it', forgotten: 'The number is saved no more',
    number_wrong: 'It has {digits} digits', number_hint: '{digits} digits, as printed on the bill', keep: 'Save the number for next time', nickname: 'Nickname', not_listed: 'This biller is not listed',
    asking: 'Asking {biller} …', not_answered: 'No bill was found', nothing_open: 'Nothing is owed', nothing_open_why: 'There is no open bill for this number.', due: 'Due {day}', to_pay: 'Bill of {period}', which: 'Which bill', pay: 'Pay {amount}',
    failed: { unknown_customer: 'The biller does not know this number. Check it and look again.', biller_unavailable: 'The biller does not answer now. Look again in a while.', biller_untrustworthy: 'The answer could not be verified, so it was not used. Look again in a while.' },
    one: 'Paid bill', biller: 'Biller', number: 'Number', period: 'Period', at: 'Paid', receipt: 'The biller’s receipt',
    state: { paid: 'Under way', telling: 'Under way', unknown: 'Being checked', confirmed: 'Paid', refused: 'Being refunded', refunded: 'Refunded' },
    state_why: { paid: 'The money has left; the biller is being told.', telling: 'The money has left; the biller is being told.', unknown: 'The money has left; we are asking the biller. It comes back by itself if it was not booked.', confirmed: 'The biller has booked it.', refused: 'The biller did not take it; the money is on its way back.', refunded: 'The biller did not take it; the money is back on your account.' },
    mandate: 'Pay automatically', see_mandate: 'See automatic payment', mandate_state: { active: 'Paid automatically', paused: 'Automatic payment paused', ended: 'Automatic payment ended' }, maximum: 'At most, each bill', maximum_hint: 'A bill above it is not paid; we tell you', when: 'When', as_they_come: 'As bills appear', on_day: 'Day {day} of the month',
    mandate_why: 'We tell you of every payment. Short of money, it is tried again on each of the next three days. Pause or end it whenever you like.', agree: 'Agree to {amount} a bill', next_look: 'Next look for a bill', became: 'Bills', none_yet: 'No bill yet', none_yet_why: 'Each bill and what became of it appears here.', retry: 'Again on', due_on: 'Due',
    outcome: { paid: 'Paid', retrying: 'Short of money; again later', above_maximum: 'Above the maximum, not paid', missed: 'Not paid', gone: 'Paid another way' }, pause: 'Pause', resume: 'Resume', end: 'End it for good',
  },
  users: {
    invite: 'Invite a user', members: 'Users', you: 'you', until: 'until {day}', control: 'Controls', dual: 'Two people for everything', dual_why: 'Each payment and each change of users takes a second person', dual_on: 'Payments and changes of users take a second person.', dual_off: 'A second person is not demanded.', person: 'A person has no users', person_why: 'Once you have a firm here you can invite colleagues.',
    role: 'Role', what: { viewer: 'Looks, does nothing', maker: 'Orders payments; alone within a limit', checker: 'Approves payments', administrator: 'Manages users, limits and policy; never pays' }, band_of: { maker: 'Pays alone', checker: 'Approves' },
    any: 'Any amount in {currency}', each: 'Each at most ({currency})', per_day: 'A day at most ({currency})', per_day_hint: 'As much as one payment if left empty', without: 'Without {currency}', add_currency: 'Add {currency}', ends: 'Ends on',
    login: 'Their username', login_hint: 'They see the invitation when they log in', login_missing: 'Enter their username', invite_now: 'Send the invitation', invited: '{login} is invited', waiting: 'Invited, not yet joined', withdraw: 'Take back', withdraw_from: 'Take back: {login}', withdrawn: 'The invitation of {login} was taken back', change: 'Save', changed: '{name} was changed', remove: 'Remove', remove_who: 'Remove {name}', remove_why: 'They lose every permission here at once. What they signed stays signed.', removed: '{name} was removed', gone: 'There is no such user',
  },
  policy: {
    title: 'Signing policy', is_set: 'Payments above an amount take signatures', is_not: 'No signing policy yet', why: 'With one, payments above an amount are signed word for word by the people you name, and anybody can verify it.', set: 'Set a policy', change: 'Change it', end: 'End it', change_why: 'A change, or the end, takes the signatures of the policy in use.', rules: 'Payments',
    then: ', then ', and: ', and ', nobody: 'No signature', above: 'Above that ({currency})', up_to: 'Up to {amount}', changes: 'Changing the policy', over: 'Above', over_hint: 'Up to here nobody signs; each person’s own limits hold', takes: 'It takes', of_checker: '{count} checkers', of_holder: '{count} holders',
    without: 'Drop this step', another: 'Add a step', whose: 'Signed by', by_both: 'Administrators or checkers', by_administrator: 'Administrators', by_checker: 'Checkers', by_holder: 'The holder', people: '{count} people', fault_missing: 'Enter an amount', fault_order: 'More than the step before', others: 'Each payment in {currencies} takes what the last step does. In other currencies nothing is paid.', no_others: 'The policy is for yuan; in other currencies nothing is paid.', finer: 'This policy is finer than the form here: change it through the API. Ending it takes its signatures.', set_now: 'Set the policy', put_to_signers: 'Put it to the signers',
  },
  keys: {
    title: 'Signing keys', why: 'Besides a passkey, an Ed25519 key of your own signs as well. Its private half stays with you; only the public one is registered.', mine: 'My keys', none: 'No signing key yet', revoked: 'Revoked', revoke: 'Revoke', add: 'Register a key', name: 'Name', name_missing: 'Give it a name', make: 'Make a key on your device, and print its public half:',
    public: 'Public key', public_hint: 'What the second command prints, 44 characters', public_wrong: 'A public key has 32 bytes, in Base64', show: 'Then sign a sentence, which shows that you hold it:', add_now: 'Register',
  },
  content: {
    any: 'any amount', no_policy: 'none any more', amount: 'Amount', total: 'Total', payments: 'Payments', debtor_account_id: 'From', debtor_account_number: 'From', creditor_account_number: 'Payee’s account', creditor_name: 'Payee', creditor_bank_code: 'Payee’s bank', remittance: 'Remark',
    end_to_end_id: 'Reference', payment_id: 'Payment', original_id: 'Original payment', card_id: 'Card', bill_id: 'Bill', title: 'For', file_id: 'File', name: 'File name', kind: 'Kind', mode: 'If lines fail', message_id: 'Message id', sha256: 'Digest of the file',
    requested_on: 'Not before', first_on: 'First payment', unit: 'Period', every: 'Every', month_day: 'Day of the month', holidays: 'On holidays', last_on: 'Last day', count: 'Times', retries: 'Tries when short of money', login: 'Username', role: 'Role', bands: 'Each payment', day_bands: 'A day',
    ends_at: 'Ends', party_id: 'Firm', membership_id: 'Member', policy: 'Policy', changes: 'Changing it',
  },
  content_is: {
    kind: { payroll: 'Payroll', batch: 'Batch of payments' }, mode: { partial: 'The others are paid', all_or_nothing: 'Nothing is paid' }, unit: { once: 'Once', day: 'Day', week: 'Week', month: 'Month' }, holidays: { as_is: 'Paid all the same', next: 'The business day after', previous: 'The business day before' },
    role: { viewer: 'Viewer', maker: 'Maker', checker: 'Checker', administrator: 'Administrator' },
  },
}

export default firm
