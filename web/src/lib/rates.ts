/** Rates are decimal strings too: 0.0805 is 8.05%, to at least so many places. The point moves; nothing is rounded. */
export function percent(rate: string, places = 2): string {
  const [, minus = '', digits = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(rate) ?? []
  if (digits === '') throw new Error(`no rate: ${JSON.stringify(rate)}`)
  const all = fraction.padEnd(4, '0')
  const whole = (digits + all.slice(0, 2)).replace(/^0+(?=\d)/, '')
  return `${minus && '−'}${whole}.${all.slice(2).replace(/0+$/, '').padEnd(places, '0')}%`
}

/** Rates that stand under each other, all to the places of the longest. */
export function percents(rates: readonly string[]): string[] {
  const places = Math.max(...rates.map((rate) => percent(rate).split('.')[1]?.length ?? 0)) - 1
  return rates.map((rate) => percent(rate, places))
}
