/**
 * The line of a trend. Only the picture's pixels are numbers: amounts are scaled as integers first.
 */
const STEPS = 1000n

/** SVG path of a stepped line through amounts (the oldest first): a balance holds until it changes. */
export function pathOf(amounts: readonly string[], width: number, height: number): string {
  if (amounts.length < 2) return ''
  const places = Math.max(...amounts.map((each) => (each.split('.')[1] ?? '').length))
  const whole = amounts.map((each) => {
    const [units = '0', fraction = ''] = each.split('.')
    return BigInt(units + fraction.padEnd(places, '0'))
  })
  const low = whole.reduce((a, b) => (b < a ? b : a))
  const high = whole.reduce((a, b) => (b > a ? b : a))
  const span = high - low
  const y = (value: bigint): string =>
    span === 0n ? String(height / 2) : (height - (Number(((value - low) * STEPS) / span) / Number(STEPS)) * height).toFixed(1)
  const x = (index: number): string => ((index / (whole.length - 1)) * width).toFixed(1)
  return whole.map((value, index) => (index === 0 ? `M0 ${y(value)}` : `H${x(index)}V${y(value)}`)).join('')
}
