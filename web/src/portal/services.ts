/** Everything one can do, in the groups of the services page. */
import type { IconName } from '@/ui/icons'

export interface Service {
  to: string
  /** Its name is `service.<key>`, what it is for `service.<key>_why`. */
  key: string
  icon: IconName
}

export const services: readonly { group: string; items: readonly Service[] }[] = [
  {
    group: 'pay',
    items: [
      { to: '/transfer', key: 'transfer', icon: 'transfer' },
      { to: '/payees', key: 'payees', icon: 'person' },
      { to: '/payments', key: 'payments', icon: 'receipt' },
      { to: '/standing', key: 'standing', icon: 'repeat' },
      { to: '/scan', key: 'scan', icon: 'scan' },
      { to: '/pay-code', key: 'pay_code', icon: 'qr' },
      { to: '/bills', key: 'bills', icon: 'bolt' },
      { to: '/cards', key: 'cards', icon: 'card' },
      { to: '/top-up', key: 'top_up', icon: 'top_up' },
      { to: '/withdraw', key: 'withdraw', icon: 'withdraw' },
      { to: '/limits', key: 'limits', icon: 'gauge' },
      { to: '/identity', key: 'identity', icon: 'id' },
    ],
  },
  {
    group: 'collect',
    items: [
      { to: '/collect', key: 'collect_codes', icon: 'qr' },
      { to: '/collect?tab=links', key: 'collect_links', icon: 'link' },
      { to: '/collect?tab=requests', key: 'collect_requests', icon: 'ask' },
    ],
  },
  {
    group: 'save',
    items: [
      { to: '/open-account', key: 'open_account', icon: 'accounts' },
      { to: '/deposits', key: 'deposits', icon: 'safe' },
      { to: '/accounts', key: 'statements', icon: 'receipt' },
    ],
  },
  {
    group: 'borrow',
    items: [
      { to: '/loans', key: 'loan', icon: 'coin' },
      { to: '/consents', key: 'consents', icon: 'shield' },
      { to: '/agreements', key: 'agreements', icon: 'paper' },
    ],
  },
  {
    group: 'firm',
    items: [
      { to: '/approvals', key: 'approvals', icon: 'seal' },
      { to: '/payroll', key: 'payroll', icon: 'sheet' },
      { to: '/users', key: 'users', icon: 'people' },
      { to: '/open-firm', key: 'open_firm', icon: 'firm' },
      { to: '/invitations', key: 'invitations', icon: 'mail' },
    ],
  },
]
