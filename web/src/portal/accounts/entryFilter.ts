/** What is looked for among an account's entries; it stands in the page's address, to go back to and to pass on. */
import { computed } from 'vue'
import { type LocationQuery, useRoute, useRouter } from 'vue-router'

import { read } from '@/lib/money'
import type { Entry } from '@/portal/data'

export const CATEGORIES = ['transfer', 'interest', 'loan', 'deposit', 'fee', 'cash', 'reversal', 'other'] as const
export interface Filter {
  text: string
  direction: '' | 'credit' | 'debit'
  category: '' | (typeof CATEGORIES)[number]
  from: string
  to: string
  min: string
  max: string
}
const NAMES = ['text', 'direction', 'category', 'from', 'to', 'min', 'max'] as const
const DAY = /^\d{4}-\d\d-\d\d$/

/** Read the filter in an address; what cannot be one counts for nothing. */
export function filterOf(query: LocationQuery): Filter {
  const of = (name: string): string => (typeof query[name] === 'string' ? query[name] : '')
  const oneOf = <T extends string>(name: string, options: readonly T[]): T | '' => options.find((each) => each === of(name)) ?? ''
  const day = (name: string): string => (DAY.test(of(name)) ? of(name) : '')
  return {
    text: of('text').slice(0, 100),
    direction: oneOf('direction', ['credit', 'debit'] as const),
    category: oneOf('category', CATEGORIES),
    from: day('from'), to: day('to'), min: of('min').slice(0, 30), max: of('max').slice(0, 30),
  }
}

/** The same as the API's query; an amount that is none is left out. */
export function queryOf(filter: Filter) {
  const amount = (typed: string): string | undefined => {
    const found = read(typed, 'CNY')
    return found.ok ? found.amount : undefined
  }
  const all = {
    text: filter.text.trim() || undefined,
    direction: filter.direction || undefined,
    category: filter.category || undefined,
    booked_from: filter.from || undefined,
    booked_to: filter.to || undefined,
    amount_min: amount(filter.min),
    amount_max: amount(filter.max),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [Name in keyof typeof all]?: Exclude<(typeof all)[Name], undefined>
  }
}

/** What tells an entry from all others of its account: a transaction may have one for the sum and one for the fee. */
export const keyOf = (entry: Entry): string => `${entry.sequence}.${entry.type}.${entry.direction}`

export function useEntryFilter() {
  const route = useRoute()
  const router = useRouter()
  const filter = computed<Filter>({
    get: () => filterOf(route.query),
    set: (wanted) => {
      const query = Object.fromEntries(NAMES.filter((name) => wanted[name] !== '').map((name) => [name, wanted[name]]))
      void router.replace({ query })
    },
  })
  const asQuery = computed(() => queryOf(filter.value))
  const isFiltered = computed(() => Object.keys(asQuery.value).length > 0)
  return { filter, asQuery, isFiltered }
}
