import type { DeskPlace } from '@/staff/places'

export const operationsPlaces: readonly DeskPlace[] = [
  { to: '/staff/payments', words: 'ops.places.payments', group: 'money', needs: ['payments:read_any'] },
  { to: '/staff/ledger', words: 'ops.places.ledger', group: 'money', needs: ['ledger:read'] },
  { to: '/staff/reconciliation', words: 'ops.places.reconciliation', group: 'money', needs: ['reconciliation:read'] },
  { to: '/staff/channels', words: 'ops.places.channels', group: 'money', needs: ['channels:read'] },
  { to: '/staff/terms', words: 'ops.places.terms', group: 'money', needs: ['limits:read_any'] },
  { to: '/staff/end-of-day', words: 'ops.places.eod', group: 'control', needs: ['runs:read'] },
  { to: '/staff/system', words: 'ops.places.system', group: 'control', needs: ['system:read'] },
]
