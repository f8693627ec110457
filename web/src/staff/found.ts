/** What a number that somebody pasted can be. */
const HEX = /^[0-9a-f]{32}$/

/** An id in the form of the addresses, from any way of writing it; null for what is none. */
export function idOf(text: string): string | null {
  const plain = text.trim().toLowerCase().replaceAll('-', '')
  if (!HEX.test(plain)) return null
  return [plain.slice(0, 8), plain.slice(8, 12), plain.slice(12, 16), plain.slice(16, 20), plain.slice(20)].join('-')
}

/** Digits as on a card, in fours or not. */
export const isAccountNumber = (text: string): boolean => /^\d{8,34}$/.test(text.replace(/\s/g, ''))
