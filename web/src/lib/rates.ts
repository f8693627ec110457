/** Rates are decimal strings too: the API's ratio "0.0805" is 8.05%. The point moves; nothing is reckoned or rounded. */

/** Two digits after the point, or as many as are asked for; more where there are more. */
export function percent(ratio: string, digitsMin = 2): string {
  const [, minus = '', digits = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(ratio) ?? []
  if (digits === '') throw new Error(`no rate: ${JSON.stringify(ratio)}`)
  const places = fraction.padEnd(4, '0')
  const whole = (digits + places.slice(0, 2)).replace(/^0+(?=\d)/, '')
  return `${minus && '−'}${whole}.${places.slice(2).replace(/0+$/, '').padEnd(digitsMin, '0')}%`
}

/** Rates that stand under each other, all to the places of the longest. */
export function percents(ratios: readonly string[]): string[] {
  const places = Math.max(...ratios.map((ratio) => percent(ratio).split('.')[1]?.length ?? 0)) - 1
  return ratios.map((ratio) => percent(ratio, places))
}

/** 6.65: a rate of exchange without zeros at its end. */
export const plain = (rate: string): string => (rate.includes('.') ? rate.replace(/\.?0+$/, '') : rate)
