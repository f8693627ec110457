/** Rates are decimal strings too: 0.0805 is 8.05%. The point moves; nothing is rounded. */
export function percent(rate: string): string {
  const [, minus = '', digits = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(rate) ?? []
  if (digits === '') throw new Error(`no rate: ${JSON.stringify(rate)}`)
  const places = fraction.padEnd(4, '0')
  const whole = (digits + places.slice(0, 2)).replace(/^0+(?=\d)/, '')
  return `${minus && '−'}${whole}.${places.slice(2).replace(/0+$/, '').padEnd(2, '0')}%`
}
