/** Instants are UTC; people read them in the bank's own zone, on a 24-hour clock. */
export const BANK_ZONE = 'Asia/Shanghai'
const DAY_MS = 86_400_000

const made = new Map<string, Intl.DateTimeFormat>()

function formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`
  let found = made.get(key)
  if (!found) {
    const locale = language.startsWith('zh') ? 'zh-CN' : 'en-GB'
    found = new Intl.DateTimeFormat(locale, { timeZone: BANK_ZONE, hourCycle: 'h23', ...options })
    made.set(key, found)
  }
  return found
}

/** 2026-11-22: the business day an instant belongs to. */
export function dayOf(instant: Date): string {
  const parts = formatter('en', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(instant)
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? ''
  return `${of('year')}-${of('month')}-${of('day')}`
}

/** 14:05 */
export const timeOf = (instant: Date): string =>
  formatter('en', { hour: '2-digit', minute: '2-digit' }).format(instant)

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/

/** 2026-11-22 14:05:07 by the bank's clock, where a text is an instant as the API writes it; any other text as it is. */
export function momentOf(text: string): string {
  if (!INSTANT.test(text)) return text
  const instant = new Date(text)
  return `${dayOf(instant)} ${formatter('en', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(instant)}`
}

type Near = 'today' | 'yesterday' | null

/** Whether a day is today or yesterday, seen from an instant. */
export function near(day: string, now: Date): Near {
  if (day === dayOf(now)) return 'today'
  return day === dayOf(new Date(now.getTime() - DAY_MS)) ? 'yesterday' : null
}

/** How many days ago an instant was, by the bank's calendar: 0 for today. */
export const daysSince = (instant: Date, now: Date): number => (Date.parse(dayOf(now)) - Date.parse(dayOf(instant))) / DAY_MS

/** 11月22日, 2025年11月22日 in another year; 22 Nov, 22 Nov 2025. */
export function dayWords(day: string, language: string, now: Date): string {
  const year: Intl.DateTimeFormatOptions = day.slice(0, 4) === dayOf(now).slice(0, 4) ? {} : { year: 'numeric' }
  const month = language.startsWith('zh') ? 'long' : 'short'
  return formatter(language, { ...year, month, day: 'numeric' }).format(new Date(`${day}T12:00:00+08:00`))
}

/** 周二; Tuesday */
export const weekday = (day: string, language: string): string =>
  formatter(language, { weekday: language.startsWith('zh') ? 'short' : 'long' }).format(new Date(`${day}T12:00:00+08:00`))

/** morning, noon, afternoon or evening, by the bank's clock. */
export function partOfDay(now: Date): 'morning' | 'noon' | 'afternoon' | 'evening' {
  const hour = Number(timeOf(now).slice(0, 2))
  if (hour < 5 || hour >= 18) return 'evening'
  if (hour < 11) return 'morning'
  return hour < 13 ? 'noon' : 'afternoon'
}
