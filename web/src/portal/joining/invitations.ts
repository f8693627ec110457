import { useQuery } from '@tanstack/vue-query'

import { client, take } from '@/api/client'

export const useInvitations = () =>
  useQuery({ queryKey: ['invitations'], queryFn: () => take(client.GET('/api/v1/identity/invitations')) })
