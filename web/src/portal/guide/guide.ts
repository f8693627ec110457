/** What the demo tells of itself: who one may log in as or become, and where its messages are. Nothing elsewhere. */
import { useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'

import { door } from '@/api/client'

export interface Newcomer {
  name: string
  id_number: string
  issuing_authority: string
  valid_from: string
  valid_until: string | null
  firm: string
  registration_number: string
}

export interface Guide {
  inbox: string
  logins: readonly { login: string; password: string; name: string; role: string }[]
  newcomer: Newcomer | null
}

export function useGuide() {
  const { locale } = useI18n()
  return useQuery<Guide | null>({
    queryKey: ['guide', locale],
    queryFn: async () => {
      const answer = await fetch('/site/guide', { headers: { 'Accept-Language': door.language } })
      return answer.ok ? ((await answer.json()) as Guide | null) : null
    },
    // Whom one may become does not change while one is becoming them.
    staleTime: Infinity,
    retry: false,
  })
}
