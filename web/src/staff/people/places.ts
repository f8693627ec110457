import type { DeskPlace } from '@/staff/places'

export const peoplePlaces: readonly DeskPlace[] = [
  { to: '/staff', words: 'desk.start', group: 'work' },
  { to: '/staff/proposals', words: 'desk.proposals', group: 'work' },
  { to: '/staff/customers', words: 'desk.customers', group: 'customers', needs: ['parties:read_any'] },
  { to: '/staff/kyc', words: 'desk.kyc', group: 'customers', needs: ['parties:read_any'] },
  { to: '/staff/audit', words: 'desk.audit', group: 'control', needs: ['audit:read'] },
  { to: '/staff/alerts', words: 'desk.alerts', group: 'control', needs: ['audit:read'] },
  { to: '/staff/users', words: 'desk.users', group: 'control', needs: ['identity:read_users'] },
  { to: '/staff/partners', words: 'desk.partners', group: 'control', needs: ['identity:manage_clients'] },
]
