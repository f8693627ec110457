/** Everything one can do, in the groups of the services page; the first few stand on the home page too. */
import type { IconName } from '@/ui/icons'

export interface Service {
  to: string
  /** Its name is `service.<key>`, what it is for `service.<key>_why`. */
  key: string
  icon: IconName
  /** Offered on the home page as well. */
  first?: true
  /** Only for whoever acts for a firm. */
  firm?: true
}

export const services: readonly { group: string; items: readonly Service[] }[] = [
  {
    group: 'pay',
    items: [{ to: '/transfer', key: 'transfer', icon: 'transfer', first: true }],
  },
  { group: 'collect', items: [] },
  {
    group: 'save',
    items: [
      { to: '/open-account', key: 'open_account', icon: 'accounts' },
      { to: '/identity', key: 'identity', icon: 'card' },
    ],
  },
  { group: 'borrow', items: [] },
  {
    group: 'firm',
    items: [
      { to: '/open-firm', key: 'open_firm', icon: 'firm' },
      { to: '/invitations', key: 'invitations', icon: 'mail' },
    ],
  },
]
