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
    channel: { health: 'Health', routing: 'Routing', reasons: 'Refusals', channel: 'Channel', circuit: 'Breaker', good: 'Success', latency: 'Mean time', answers: 'Recent answers', does: 'Does', health_note: 'Success and time are of recent answers. A channel that keeps failing is cut off by itself, and payments take another until it is back.', unknown: 'There is no such channel', of_answers: 'of {n} recent answers' },
    reason: { find: 'Search reasons, codes, channels', words: 'What it says', reason: 'Our code', iso: 'ISO code', channel: 'Channel’s code', action: 'What is done', every: 'Every channel' },
    trial: { title: 'Where would a payment go?', operation: 'Operation', to: 'Counterparty', amount: 'Amount', amount_wrong: 'Enter an amount', nowhere: 'No channel can take it', by: 'By the rule {rule}', by_default: 'No rule applies: the cheapest first.' },
    rule: {
      title: 'Rules of routing', add: 'Add a rule', none: 'No rules of routing', none_why: 'Without any, a payment takes the cheapest channel that can.', position: 'Order', code: 'Code', about: 'Applies to', preferred: 'Prefers', excluded: 'Leaves out', acts: 'Actions', all_operations: 'Every operation', end_title: 'End the rule {code}',
      change_title: 'Change a rule of routing', code_hint: 'Small letters, digits, hyphens', position_hint: 'Small ones first', order: 'Then by', min: 'From amount (optional)', max: 'Up to amount (optional)', first: 'First choice', no_first: 'None',
    },
    terms: {
      title: 'What it does, on which terms', state: 'State', fee: 'Cost', range: 'Amounts', hours: 'Hours', free: 'Free', at_most: ', at most {most}', always: 'Round the clock', business_days: 'Business days only', on: 'In use', off: 'Not in use', change: 'Change the terms of: {operation}', offered: 'Use it for this', offered_note: 'Off: no new payment goes this way',
      of: { fixed: 'Fixed cost', rate: 'Rate (0.005 is 0.5%)', least: 'Least cost', most: 'Most cost (optional)', min: 'Least amount', max: 'Most amount', opens: 'Opens', closes: 'Closes' },
    },
  },
}

export default operations
