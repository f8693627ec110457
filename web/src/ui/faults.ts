import { nextTick } from 'vue'

/** Take whoever sent a form with faults to the first of them, once it is marked. */
export async function toFirstFault(form: HTMLElement | null): Promise<void> {
  await nextTick()
  form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
}
