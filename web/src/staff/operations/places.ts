/** Where the side bar leads on money’s side; a name is `ops.places.<key>`. */
import type { IconName } from '@/ui/icons'

export const operationsPlaces: readonly { to: string; key: string; icon: IconName }[] = [
  { to: '/staff/payments', key: 'payments', icon: 'transfer' },
  { to: '/staff/ledger', key: 'ledger', icon: 'receipt' },
  { to: '/staff/reconciliation?state=open', key: 'reconciliation', icon: 'copy' },
  { to: '/staff/channels', key: 'channels', icon: 'out' },
  { to: '/staff/terms', key: 'terms', icon: 'filter' },
  { to: '/staff/end-of-day', key: 'eod', icon: 'moon' },
  { to: '/staff/system', key: 'system', icon: 'grid' },
]
