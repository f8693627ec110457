import { useSession } from '@/session/store'

/** Whether the member of staff who is in holds a permission. */
export const useMay = () => {
  const session = useSession()
  return (permission: string): boolean => session.me?.permissions.includes(permission) ?? false
}
