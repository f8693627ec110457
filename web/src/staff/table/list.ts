/** Lists of the desk: asked for page by page, filtered by what stands in the page's address. */
import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, reactive, type Ref, toValue } from 'vue'
import { type LocationQuery, useRoute, useRouter } from 'vue-router'

/** Rows asked for at once. */
export const DESK_PAGE = 50

export interface DeskColumn<Item> {
  key: string
  label: string
  /** Figures stand to the right. */
  figure?: boolean
  /** Shown only to whoever wants it. */
  spare?: boolean
  /** What it says, for finding, ordering and export; without it the item's member of this name. */
  text?: (item: Item) => string
}

/** What can be asked of the API; without options it is typed. */
export interface DeskFilter {
  key: string
  label: string
  options?: readonly { value: string; label: string }[]
  type?: 'text' | 'date'
}

/** What a table shows; made by `useDeskList`, or by hand for what comes in one piece. */
export interface DeskList<Item> {
  items: readonly Item[]
  pending: boolean
  error: unknown
  busy: boolean
  /** Nothing is left to ask for. */
  whole: boolean
  more: () => void
  again: () => void
}

interface Page<Item> {
  items: readonly Item[]
  next?: string | null | undefined
}

/** A list that the API gives page by page. `fetch` gets `limit` and, from the second page on, `after`. */
export function useDeskList<Item>(
  key: MaybeRefOrGetter<readonly unknown[]>,
  fetch: (page: { limit: number; after?: string }) => Promise<Page<Item>>,
  enabled: MaybeRefOrGetter<boolean> = true,
): DeskList<Item> {
  const asked = useInfiniteQuery({
    queryKey: computed(() => ['desk', ...toValue(key)]),
    queryFn: ({ pageParam }) => fetch({ limit: DESK_PAGE, ...(pageParam ? { after: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: (last: Page<Item>) => last.next ?? undefined,
    enabled: computed(() => toValue(enabled)),
  })
  return reactive({
    items: computed(() => asked.data.value?.pages.flatMap((page) => page.items) ?? []),
    pending: asked.isPending,
    error: asked.error,
    busy: asked.isFetching,
    whole: computed(() => !asked.hasNextPage.value),
    more: () => void asked.fetchNextPage(),
    again: () => void asked.refetch(),
  }) as DeskList<Item>
}

/** A list that is there in one piece, such as the items of one answer. */
export const listOf = <Item>(
  items: MaybeRefOrGetter<readonly Item[] | undefined>,
  asked?: { error: Ref<unknown>; isFetching: Ref<boolean>; refetch: () => unknown },
): DeskList<Item> =>
  reactive({
    items: computed(() => toValue(items) ?? []),
    pending: computed(() => toValue(items) === undefined && !asked?.error.value),
    error: computed(() => asked?.error.value ?? null),
    busy: computed(() => asked?.isFetching.value ?? false),
    whole: true,
    more: () => undefined,
    again: () => void asked?.refetch(),
  }) as DeskList<Item>

const textOf = (query: LocationQuery, name: string): string => {
  const found = query[name]
  return typeof found === 'string' ? found.trim() : ''
}

/** The filters in the address by name, without those that are empty: ready to be the API's query. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const route = useRoute()
  return computed(
    () =>
      Object.fromEntries(names.map((name) => [name, textOf(route.query, name)]).filter(([, value]) => value !== '')) as {
        [Key in Name]?: string
      },
  )
}

/** The whole query of the address as plain text, and a way to change parts of it; empty ones go. */
export function useAddress() {
  const route = useRoute()
  const router = useRouter()
  const query = computed(() => Object.fromEntries(Object.keys(route.query).map((name) => [name, textOf(route.query, name)])))
  const change = (part: Record<string, string>): void => {
    const wanted = Object.entries({ ...query.value, ...part }).filter(([, value]) => value !== '')
    void router.replace({ query: Object.fromEntries(wanted), hash: route.hash })
  }
  return { query, change, replace: (whole: Record<string, string>) => void router.replace({ query: whole }) }
}
