/** Rates are decimal strings too: the API's ratio "0.0805" is 8.05%. The point moves; nothing is reckoned or rounded. */

/** Two digits after the point, more where there are more. */
export function percent(ratio: string): string {
  const [, minus = '', digits = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(ratio) ?? []
  if (digits === '') throw new Error(`no rate: ${JSON.stringify(ratio)}`)
  const places = fraction.padEnd(4, '0')
  const whole = (digits + places.slice(0, 2)).replace(/^0+(?=\d)/, '')
  return `${minus && '−'}${whole}.${places.slice(2).replace(/0+$/, '').padEnd(2, '0')}%`
}

/** 6.65: a rate of exchange without zeros at its end. */
export const plain = (rate: string): string => (rate.includes('.') ? rate.replace(/\.?0+$/, '') : rate)
