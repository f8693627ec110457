import { reactive, readonly } from 'vue'

export interface Toast {
  text: string
  /** Where it leads. */
  to?: string
}

const SHOWN_MS = 6_000
const SHOWN_MAX = 3
const state = reactive<(Toast & { id: number })[]>([])
let last = 0

export const toasts = readonly(state)

/** Say something in passing; the newest three are seen. */
export function toast(what: Toast): void {
  const id = (last += 1)
  state.push({ ...what, id })
  if (state.length > SHOWN_MAX) state.shift()
  setTimeout(() => dismiss(id), SHOWN_MS)
}

export function dismiss(id: number): void {
  const index = state.findIndex((each) => each.id === id)
  if (index >= 0) state.splice(index, 1)
}
