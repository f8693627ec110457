/** How a person wants it to look and read: kept on this device, put on the root element. */
import { reactive, readonly, watch } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'
export type Language = 'zh' | 'en'
export interface Looks {
  theme: Theme
  elder: boolean
  language: Language
}

const KEY = 'tongbao.looks'

/** Read what was kept; whatever is odd in it counts for nothing. */
function looksOf(text: string | null, browserLanguage: string): Looks {
  let kept: Record<string, unknown> = {}
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    if (typeof parsed === 'object' && parsed !== null) kept = parsed as Record<string, unknown>
  } catch {
    /* as if nothing were kept */
  }
  const { theme, elder, language } = kept
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    elder: elder === true,
    language: language === 'zh' || language === 'en' ? language : /^zh/i.test(browserLanguage) ? 'zh' : 'en',
  }
}

const stored = (): string | null => {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

const state = reactive<Looks>(looksOf(stored(), navigator.language))
export const looks = readonly(state)

export function choose(change: Partial<Looks>): void {
  Object.assign(state, change)
  try {
    localStorage.setItem(KEY, JSON.stringify(state))
  } catch {
    /* private windows keep nothing: it holds until the page is closed */
  }
}

watch(
  state,
  ({ theme, elder, language }) => {
    const root = document.documentElement
    if (theme === 'auto') delete root.dataset['theme']
    else root.dataset['theme'] = theme
    root.toggleAttribute('data-elder', elder)
    root.lang = language === 'zh' ? 'zh-CN' : 'en'
  },
  { immediate: true },
)
