/** The questions of the help page, by group, and where each answer leads. */
export interface Question {
  key: string
  to?: string
}

export const questions: readonly { group: string; items: readonly Question[] }[] = [
  {
    group: 'money',
    items: [{ key: 'wrong' }, { key: 'pending' }, { key: 'arrive', to: '/transfer' }, { key: 'fee' }, { key: 'limit' }, { key: 'name' }, { key: 'receipt' }],
  },
  { group: 'account', items: [{ key: 'statement', to: '/accounts' }, { key: 'frozen', to: '/accounts' }, { key: 'interest' }] },
  {
    group: 'login',
    items: [{ key: 'code', to: '/me/security/password' }, { key: 'strange', to: '/me/security/devices' }, { key: 'lost', to: '/me/security/devices' }, { key: 'passkey', to: '/me/security/passkeys' }],
  },
  { group: 'data', items: [{ key: 'consent' }, { key: 'copy', to: '/me/data' }] },
]

/** Whether a text holds every word that was typed; Chinese is typed without blanks, so parts count too. */
export const holds = (text: string, typed: string): boolean => {
  const whole = text.normalize('NFKC').toLowerCase()
  return typed.normalize('NFKC').toLowerCase().split(/\s+/).every((word) => whole.includes(word))
}
