/** How somebody likes a table: columns, closeness of rows and saved views; kept in their browser. */
import { reactive, watch } from 'vue'

import { useSession } from '@/session/store'

export interface View {
  name: string
  query: Record<string, string>
  columns: string[] | null
}
export interface Prefs {
  columns: string[] | null
  roomy: boolean
  views: View[]
}

const VIEWS_MAX = 12

const isText = (value: unknown): value is string => typeof value === 'string'
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const columnsOf = (value: unknown): string[] | null => (Array.isArray(value) && value.every(isText) && value.length > 0 ? value : null)

/** Read what was kept; whatever is odd in it counts for nothing. */
export function prefsOf(text: string | null): Prefs {
  let kept: unknown = null
  try {
    kept = JSON.parse(text ?? 'null')
  } catch {
    /* as if nothing were kept */
  }
  const { columns, roomy, views } = isRecord(kept) ? kept : {}
  return {
    columns: columnsOf(columns),
    roomy: roomy === true,
    views: (Array.isArray(views) ? views : [])
      .filter((each): each is View => isRecord(each) && isText(each['name']) && isRecord(each['query']) && Object.values(each['query']).every(isText))
      .slice(0, VIEWS_MAX)
      .map(({ name, query, columns: shown }) => ({ name, query, columns: columnsOf(shown) })),
  }
}

/** The same view under the same name is replaced; the oldest goes where there are too many. */
export const withView = (views: readonly View[], view: View): View[] =>
  [...views.filter(({ name }) => name !== view.name), view].slice(-VIEWS_MAX)

export function usePrefs(table: string): Prefs {
  const key = `tongbao.desk.${useSession().me?.id ?? ''}.${table}`
  const read = (): string | null => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  }
  const prefs = reactive(prefsOf(read()))
  watch(prefs, () => {
    try {
      localStorage.setItem(key, JSON.stringify(prefs))
    } catch {
      /* it holds until the page is closed */
    }
  })
  return prefs
}
