/** What somebody may do, at any party they act for or at one: nobody is shown what would refuse them. */
import { useRouter } from 'vue-router'

import { useSession } from '@/session/store'

export const [PAY, COLLECT] = ['payments:initiate', 'collecting:collect'] as const

export function useMay() {
  const session = useSession()
  const router = useRouter()
  const may = (permission: string, party?: string): boolean => {
    if (!session.me) return true // thrown out: the door comes next, and until then nothing changes under what one was doing
    return (party === undefined ? session.me.permissions : session.me.grants[party])?.includes(permission) ?? false
  }
  /** Whether the page at an address is for them. */
  const mayOpen = (to: string): boolean => {
    const { needs } = router.resolve(to).meta
    return needs === undefined || may(needs)
  }
  return { may, mayOpen }
}
