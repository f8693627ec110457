/** What the platform itself knows how to say. */
const zone = (language: string): string => (language.startsWith('zh') ? 'zh-CN' : 'en-GB')

/** 甲、乙和丙; a, b and c */
export const listed = (items: readonly string[], language: string): string =>
  new Intl.ListFormat(zone(language), { type: 'conjunction' }).format(items)

/** 人民币, Chinese yuan */
export const currencyName = (code: string, language: string): string =>
  new Intl.DisplayNames(zone(language), { type: 'currency' }).of(code) ?? code
