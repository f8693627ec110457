/** Keys of the desk, where nobody is typing and nothing lies above the page. */
import { onBeforeUnmount, onMounted } from 'vue'

const BUSY = 'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]'

const isFree = (event: KeyboardEvent): boolean =>
  !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented &&
  !(event.target instanceof Element && event.target.closest(BUSY)) && document.querySelector('[role="dialog"]') === null

/** Do what is under a key while the component is there; its default is then prevented. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => boolean | void>): void {
  const press = (event: KeyboardEvent): void => {
    const act = keys[event.key]
    if (act && isFree(event) && act(event) !== false) event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', press))
  onBeforeUnmount(() => window.removeEventListener('keydown', press))
}
