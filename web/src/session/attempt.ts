import { type Ref, ref, shallowRef } from 'vue'

/** One thing at a time: while it runs nothing else is begun, and what went wrong is kept to be shown. */
export function useAttempt(): { busy: Ref<boolean>; failed: Ref<unknown>; attempt: (go: () => Promise<void>) => Promise<boolean> } {
  const busy = ref(false)
  const failed = shallowRef<unknown>(null)
  async function attempt(go: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failed.value = null
    try {
      await go()
      return true
    } catch (error) {
      failed.value = error
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, attempt }
}
