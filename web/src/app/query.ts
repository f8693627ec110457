/** Answers of the API as the pages share them: fresh for a moment, asked again when one comes back. */
import { QueryClient } from '@tanstack/vue-query'

import { Problem } from '@/api/problem'

const RETRIES_MAX = 2
const FRESH_MS = 15_000

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What reads may be asked again; a plain refusal stays one however often it is asked.
      retry: (count, error) => error instanceof Problem && error.isPassing && count < RETRIES_MAX,
      retryDelay: (count) => 400 * 2 ** count,
    },
    mutations: { retry: false },
  },
})
