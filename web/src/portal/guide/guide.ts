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
  founded_on: string
  business_scope: string
}

export interface Guide {
  inbox: string
  logins: readonly { login: string; password: string; name: string; role: string }[]
  newcomer: Newcomer | null
}

const KEPT = 'tongbao.newcomer'

/** Whom one has begun to be in this tab; the demo offers somebody else once their firm is here. */
function same(guide: Guide): Guide {
  try {
    const kept = sessionStorage.getItem(KEPT)
    if (kept) return { ...guide, newcomer: JSON.parse(kept) as Newcomer }
    if (guide.newcomer) sessionStorage.setItem(KEPT, JSON.stringify(guide.newcomer))
  } catch {
    /* then a reload in the middle offers somebody else */
  }
  return guide
}

export function useGuide() {
  const { locale } = useI18n()
  return useQuery<Guide | null>({
    queryKey: ['guide', locale],
    queryFn: async () => {
      const answer = await fetch('/site/guide', { headers: { 'Accept-Language': door.language } })
      const guide = answer.ok ? ((await answer.json()) as Guide | null) : null
      return guide && same(guide)
    },
    staleTime: Infinity,
    retry: false,
  })
}
