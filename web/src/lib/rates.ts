/** Annual rates as they are read: the API's ratio "0.0135" is 1.35 %. Text moves, nothing is reckoned. */

function shifted(ratio: string, places: number): string {
  const [, minus = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(ratio) ?? []
  const padded = fraction.padEnd(places, '0')
  const left = (whole + padded.slice(0, places)).replace(/^0+(?=\d)/, '')
  return `${minus}${left}.${padded.slice(places)}`
}

export const percent = {
  /** 1.35 %: two digits after the point, more where there are more. */
  of(ratio: string): string {
    const [whole = '0', fraction = ''] = shifted(ratio, 2).split('.')
    return `${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}%`
  },
  /** 6.65: a rate of exchange without zeros at its end. */
  plain: (ratio: string): string => (ratio.includes('.') ? ratio.replace(/\.?0+$/, '') : ratio),
}
