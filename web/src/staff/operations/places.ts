/** Where the side bar leads on money’s side; a name is `ops.places.<key>`. */
import type { IconName } from '@/ui/icons'

export const operationsPlaces: readonly { to: string; key: string; icon: IconName }[] = [
  { to: '/staff/channels', key: 'channels', icon: 'transfer' },
  { to: '/staff/end-of-day', key: 'eod', icon: 'moon' },
  { to: '/staff/system', key: 'system', icon: 'grid' },
]
