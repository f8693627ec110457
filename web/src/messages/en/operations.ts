/** The desk’s money side. */
import type { Words } from '../words'
import type zh from '../zh/operations'

const operations: Words<typeof zh> = {
  ops: {
    change: 'Change', end: 'End',
    places: { channels: 'Channels', payments: 'Payments', reconciliation: 'Reconciliation', ledger: 'Ledger', terms: 'Limits and prices', eod: 'End of day', system: 'System' },
    propose: { note: 'Another person looks at it; it holds once they agree.', reason: 'Reason', reason_hint: 'Whoever decides reads it', reason_missing: 'Say why', go: 'Propose', made: 'Proposed: {title}' },
    system: {
      seen: 'Seen', fine: 'All is well. Nothing wants you.', workers: 'Workers', waiting: 'Jobs waiting', behind: 'Events unread', p95: '95% answered within', median: 'half within {ms} ms', errors: 'Server errors', of_requests: 'of {n} requests',
      jobs: 'Jobs', no_jobs: 'No job waits or has failed', no_jobs_why: 'All are done.', events: 'Readers of events', answers: 'Answers since the start', about: 'About this platform', version: 'Version', started: 'API started', tree: 'Tree of the ledger', leaves: '{n} transactions', signed: 'Last signed',
      col: { task: 'Task', waiting: 'Waiting', late: 'Longest', scheduled: 'Scheduled', running: 'Running', failed: 'Failed, 14 days', consumer: 'Reader', events: 'Unread', failures: 'Retries', parked: 'Put aside', route: 'Route', requests: 'Requests', refused: 'Refused', errors: 'Errors', p50: '50%', p95: '95%', p99: '99%' },
      finding: { no_worker: 'No worker runs: jobs and events stand still', errors: '{n} requests ended in a server error', parked: '{what} has put {n} events aside', failing: '{what} is retrying ({n} failures)', behind: '{what} is {n} events behind, {time}', failed: '{n} jobs of {what} have failed', late: '{n} jobs of {what} have waited {time}' },
    },
    eod: {
      start: 'Run end of day', go_on: 'Go on where it stopped', start_now: 'Run it now', start_why: 'Does every day that is missing, up to yesterday. What was done is not done again.', started: 'Asked for. A worker begins at once.', none: 'No day has ended yet', none_why: 'Once the first business day is over, it runs by itself at 00:03.',
      begun: 'Begun', took: 'took {time}', before: 'Days before', progress: '{done} of {all} steps done', did: '{items} items, {pieces} pieces', waiting: 'Waiting', running: 'Running', failed: 'Failed', done: 'Done',
      step: { cut_off: 'Cut-off and control totals', accounts_value_dated: 'Back-dated interest', accounts_accrue: 'Interest on accounts', deposits_accrue: 'Interest on deposits', deposits_collect: 'Instalments drawn', deposits_mature: 'Deposits that mature', accounts_capitalise: 'Interest credited', accounts_dormancy: 'Dormant accounts', statements_close_month: 'Monthly statements sealed' },
    },
    operation: { pay_out: 'Pay out', collect: 'Collect', refund: 'Refund', verify_card: 'Verify card', verify_account: 'Verify account', recall: 'Recall' },
    counterparty: { bank_account: 'Bank account', card: 'Bank card', wallet: 'Wallet', none: 'No counterparty' },
    circuit: { closed: 'Normal', half_open: 'Trying again', open: 'Cut off', closed_why: 'in use', half_open_why: 'a few pass, to see whether it is back', open_why: 'spared for now, tried again by itself' },
    order: { cost: 'cheapest', success: 'most reliable', latency: 'fastest' },
    action: { give_up: 'Give up', change_data: 'Customer corrects', other_channel: 'Other channel', retry_later: 'Try later', inquire: 'Inquire', person: 'A person looks' },
    channel: { none: 'No channel is connected', none_why: 'Payments stay within this bank until one is.', channel: 'Channel', name: 'Name', circuit: 'Breaker', good: 'Success', latency: 'Mean time', answers: 'Recent answers', does: 'Does', health_note: 'Success and time are of recent answers. A channel that keeps failing is cut off by itself, and payments take another until it is back.', unknown: 'There is no such channel', of_answers: 'of {n} recent answers' },
    reason: { words: 'What it says', reason: 'Our code', iso: 'ISO code', channel: 'Channel’s code', action: 'What is done', every: 'Every channel' },
    trial: { title: 'Where would a payment go?', operation: 'Operation', to: 'Counterparty', amount: 'Amount', amount_wrong: 'Enter an amount', nowhere: 'No channel can take it', by: 'By the rule {rule}', by_default: 'No rule applies: the cheapest first.' },
    rule: {
      title: 'Rules of routing', add: 'Add a rule', none: 'No rules of routing', none_why: 'Without any, a payment takes the cheapest channel that can.', position: 'Order', code: 'Code', about: 'Applies to', preferred: 'Prefers', excluded: 'Leaves out', acts: 'Actions', all_operations: 'Every operation', end_title: 'End the rule {code}',
      change_title: 'Change a rule of routing', code_hint: 'Small letters, digits, underscores', position_hint: 'Small ones first', order: 'Then by', min: 'From amount (optional)', max: 'Up to amount (optional)', first: 'First choice', no_first: 'None',
    },
    terms: {
      endless: 'no limit',
      title: 'What it does, on which terms', state: 'State', fee: 'Cost', range: 'Amounts', hours: 'Hours', free: 'Free', at_most: ', at most {most}', always: 'Round the clock', business_days: 'Business days only', on: 'In use', off: 'Not in use', change: 'Change the terms of: {operation}', offered: 'Use it for this', offered_note: 'Off: no new payment goes this way',
      of: { fixed: 'Fixed cost', rate: 'Rate (0.005 is 0.5%)', least: 'Least cost', most: 'Most cost (optional)', min: 'Least amount', max: 'Most amount', opens: 'Opens', closes: 'Closes' },
    },
    amount: 'Amount', open: 'Open', no_id: 'That is no id',
    views: { unknown: 'Unknown', recalls: 'Overdue recalls', health: 'Health', routing: 'Routing', reasons: 'Refusals', breaks: 'Breaks', days: 'Days', suspense: 'Suspense', transactions: 'Transactions', reports: 'Reports', limits: 'Limits', fees: 'Fees', rates: 'Rates' },
    payment: {
      title: 'Payment', find: 'Find a payment by its id', find_hint: 'Paste an id or an address', unknown: 'Nobody knows how they ended', none: 'No payment is unknown', none_why: 'Every payment given to a channel has its result.', ordered: 'Ordered', kind: 'Kind', facts: 'Facts', way: 'Where it has been', uetr: 'UETR',
      of: { book_transfer: 'Transfer here', credit_transfer: 'To another bank', top_up: 'Top-up', withdrawal: 'Withdrawal', refund: 'Refund', incoming: 'Incoming', return: 'Return', verification: 'Small-amount check' },
      inquire: 'Ask the channel now', asked: 'The channel is being asked; its answer appears below.', resolve: 'Resolve by hand', resolve_why: 'Only where the channel has told you otherwise how it ended. It is booked once another agrees; an answer that comes first goes first.', unknown_why: 'The money is held and nothing is booked. The channel is asked until it tells.', outcome: 'What the channel says',
      executed: 'Executed', executed_why: 'The payee has it: the held money is booked', not_executed: 'Not executed', not_executed_why: 'The payee has nothing: the money goes back to the payer',
    },
    why: {
      initiated: 'Ordered', approval_needed: 'A second person must agree', approved: 'Agreed', screened: 'Checks passed', money_held: 'Money held', handed_to_channel: 'Given to a channel', no_answer: 'The channel gave no answer', amount_differs: 'The channel told another amount', in_process: 'The channel is at work', executed: 'The channel executed it', not_executed: 'The channel did not execute it', refused: 'Refused', booked: 'Booked', came_back: 'The money came back', cancelled: 'Cancelled', expired: 'Nobody paid it in time', not_approved: 'Not agreed', resolved_by_hand: 'Two people said how it ended',
    },
    outcome: { done: 'Executed', not_done: 'Not executed', pending: 'At work', unknown: 'Unknown', waiting: 'No answer yet' },
    attempt: { title: 'Tries at channels', sent: 'Sent', outcome: 'Outcome', inquiries: 'Inquiries', codes: 'Reason', reference: 'Reference there', route: 'Choice at the time' },
    recall: {
      title: 'Recalls', ask: 'Ask for it back', why: 'The payee and their bank are asked to send it back. They may refuse; no money moves before.', none: 'It was never asked back.', note: 'Note', go: 'Send the request', asked: 'It has been asked back.',
      of: { DUPL: 'Paid twice', TECH: 'Technical fault', FRAD: 'Suspected fraud', CUST: 'Customer asks', AC03: 'Wrong account', AM09: 'Wrong amount' }, state: { requested: 'To be sent', sent: 'Sent', unknown: 'Unknown', accepted: 'Agreed', returned: 'Sent back', refused: 'Refused' },
      overdue: 'Their bank did not answer for long and is asked no more. Ring them.', overdue_accepted: 'Their bank agreed to send it back, nothing came, and it is asked no more. Ring them.', again: 'Ask again', asked_again: 'Their bank is asked once more; what it says is shown here.', close: 'Propose to close it', close_why: 'For when their bank said in another way that it does not send it back. Once two people agree, it counts as refused; money that comes nevertheless is booked as any other.',
      since: 'Waiting since', age: 'For', bank: 'Bank', no_overdue: 'No recall is overdue', no_overdue_why: 'Shown here is what a bank did not answer for 15 days, or agreed to and did not send within 3.',
    },
    break: {
      title: 'Break', state: 'State', kind: 'Kind', reference: 'Reference', day: 'Day', age: 'Age', days: '{n} d', ours: 'Ours', theirs: 'Theirs', less_ours: 'Less ours', difference: 'Difference', only: { open: 'Open', closed: 'Closed' }, none: 'No open breaks', none_why: 'The books agree with channels and banks.', pair: 'Between', in_suspense: 'In suspense', history: 'What happened', advice: 'Suggested',
      of: { missing_here: 'Missing here', missing_there: 'Missing there', amount: 'Amounts differ', doubled: 'Doubled', day: 'Days differ', status: 'States differ' }, is: { open: 'Open', investigating: 'In hand', cleared: 'Cleared by itself', resolved: 'Resolved' }, between: { channel: 'Books and channel', bank: 'Channel and bank', suspense: 'Suspense' },
      did: { opened: 'Found', changed: 'Facts changed', assigned: 'Changed hands', noted: 'Note', cleared: 'Cleared by itself', resolved: 'Two people agreed' },
      take: 'Take it', leave: 'Leave it', resolve: 'Propose a fix', note: 'Note what you found', note_go: 'Note it', account: 'To account', account_hint: 'Id or code of a ledger account', from_suspense: 'Out of suspense', to_account: 'To that account', nothing_moves: 'Nothing of it is in suspense: it is closed and nothing is booked.',
    },
    day: { lines: 'Lines', exact: 'Exact', tolerant: 'Tolerant', many: 'Many to one', broken: 'Breaks', net: 'Net', fees: 'Fees', at: 'Reconciled', none: 'No day was reconciled yet', none_why: 'It happens by itself once a channel’s file is here.' },
    suspense: { balance: 'In suspense', explained: 'Explained', unexplained: 'Unexplained', cases: 'Breaks', oldest: 'Oldest', none: 'Nothing in suspense', none_why: 'All suspense accounts are at zero.' },
    category: { asset: 'Asset', liability: 'Liability', equity: 'Equity', income: 'Income', expense: 'Expense', memorandum: 'Memorandum' },
    ledger: {
      title: 'Transaction #{n}', transaction: 'Ledger transaction', see: 'See it', open: 'Paste a transaction’s id to open it', number: 'No.', booked: 'Booked', effective: 'Effective', expires: 'Expires', type: 'Type', kind: 'Nature', reference: 'Reference', account_id: 'Account id', state: 'State', id: 'Transaction id', none: 'No transactions', none_why: 'What is booked is shown here.',
      is: { pending: 'Pending', resolved: 'Resolved', reversed: 'Reversed', partly_reversed: 'Partly reversed', unreversed: 'Not reversed' }, of: { posted: 'Posted', pending: 'Held', capture: 'Captured', void: 'Voided', expiry: 'Expired', reversal: 'Reversal' },
      postings: 'Postings', line: 'Line', debit: 'Debit', credit: 'Credit', moves_nothing: 'It moves nothing', target: 'About', resolved_by: 'Resolved by', reverse: 'Propose a reversal', reverse_why: 'The original stays; the opposite is booked beside it once another agrees.',
      account: 'Ledger account', category: 'Category', code: 'Code', asset: 'Asset', posted: 'Posted', coming: 'Coming in', going: 'Going out', entries: 'Entries', balance: 'Balance', side: 'Side', no_entries: 'No entries',
      status: { active: 'Active', part_frozen: 'Partly frozen', debit_frozen: 'No debits', credit_frozen: 'No credits', frozen: 'Frozen', closed: 'Closed' },
    },
    proof: {
      title: 'Proof', how: 'Leaf {index} of {size}, {n} steps to the root.', path: 'From leaf to root', leaf: 'This transaction', position: 'leaf {n}', step: 'Step {n}', root: 'Root', signed: 'Signed with key {key},',
    },
    report: { trial: 'Trial balance', balance: 'Balance sheet', income: 'Income', on: 'As of', none: 'No accounts to list', none_why: 'Nothing was booked by that day.', others: 'All other accounts', debits: 'Debits', credits: 'Credits', assets: 'Assets', liabilities: 'Liabilities', equity: 'Equity', earnings: 'Earnings', earned: 'Income', expense: 'Expense', profit: 'Profit', adds_up_trial: 'Debits equal credits', adds_up_balance: 'Assets equal liabilities and equity', differs: 'They differ by {amount}' },
    limit: {
      name: 'Limit', maximum: 'At most', window: 'Per', whom: 'Customers', raise: 'May be raised to', beyond: 'Beyond it', times: '{n} times', everybody: 'Everybody', person: 'Persons', organisation: 'Organisations', level: 'level {n}', counted: 'Counted by', tally: 'Tally', versions: 'Versions', holds: 'Holds', past: 'Past', end: 'Propose its end', end_why: 'Once another agrees, it applies no more.', change: 'Propose a change', new_amount: 'New maximum ({currency})', new_count: 'New number', now: 'Now {amount}',
      per: { transaction: 'payment', day: 'day', month: 'month', year: 'year', rolling: '{n} hours' }, then: { refuse: 'Refuse', refuse_why: 'The payment is not made', review: 'Review', review_why: 'It waits for a person' }, by: { party: 'customer', product: 'product', channel: 'channel', device: 'device', counterparty: 'counterparty' },
    },
    fee: {
      vat: 'VAT in fees', vat_change: 'Change the tax rate', vat_rate: 'Rate (0.06 is 6%)', add: 'Add a rule of fees', none: 'No rules of fees', none_why: 'Without one, a payment is free.', change: 'Change a rule of fees', kind: 'Kind of payment', title_zh: 'Name in Chinese', title_en: 'Name in English', band: 'Band {n}', add_band: 'Add a band', drop_band: 'Drop the last', from: 'From amount', flat: 'Fixed', rate: 'Rate', least: 'At least', most: 'At most',
      of: { book_transfer: 'Transfer here', credit_transfer: 'To another bank', top_up: 'Top-up', withdrawal: 'Withdrawal' },
    },
    rate: { interest: 'Interest on accounts', reference: 'Rates by which limits count', product: 'Product', currency: 'Currency', annual: 'Annual rate', mode: 'Tiers', day_count: 'Day count', from: 'From', cny: 'CNY per unit', by: { whole: 'whole balance', slice: 'by slices' }, change: 'Change the rate: {what}', annual_in: 'Annual rate (0.0005 is 0.05%)', now: 'Now {rate}', quote: 'Change the rate of {currency}' },
  },
}

export default operations
