/**
 * What somebody has begun to write, kept in this tab: it survives a reload, a lost connection and the
 * end of the session, together with the key it is sent under, so that nothing is done twice.
 */
import { reactive, watch } from 'vue'

const PREFIX = 'tongbao.draft.'
const OWNER = `${PREFIX}owner`

function storage(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null
  } catch {
    return null
  }
}

export const drafts = {
  /** Keep the drafts of this user; somebody else's are thrown away. */
  belongTo(userId: string): void {
    if (storage()?.getItem(OWNER) !== userId) this.clear()
    storage()?.setItem(OWNER, userId)
  },

  clear(): void {
    const kept = storage()
    if (!kept) return
    for (const key of Object.keys(kept)) if (key.startsWith(PREFIX)) kept.removeItem(key)
  },

  read<T extends object>(name: string, empty: T): T {
    try {
      const text = storage()?.getItem(PREFIX + name)
      const parsed: unknown = text ? JSON.parse(text) : null
      if (typeof parsed !== 'object' || parsed === null) return { ...empty }
      // What an older page has kept may lack fields, or have others.
      const known = Object.entries(parsed).filter(([field]) => field in empty)
      return { ...empty, ...(Object.fromEntries(known) as Partial<T>) }
    } catch {
      return { ...empty }
    }
  },

  write(name: string, draft: object): void {
    try {
      storage()?.setItem(PREFIX + name, JSON.stringify(draft))
    } catch {
      /* full or forbidden: the draft lives as long as the page */
    }
  },

  remove(name: string): void {
    storage()?.removeItem(PREFIX + name)
  },
}

/** A draft that keeps itself. `drop` when it has become a fact. */
export function useDraft<T extends object>(name: string, empty: () => T): { draft: T; drop: () => void } {
  const draft = reactive(drafts.read(name, empty())) as T
  const stop = watch(draft, () => drafts.write(name, draft), { deep: true, flush: 'sync' })
  return {
    draft,
    drop: () => {
      stop()
      drafts.remove(name)
      Object.assign(draft, empty())
    },
  }
}
