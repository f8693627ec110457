/** A file of payments on its way from the upload to the last line. */
import type { Schemas } from '@/api/client'
import type { Tone } from '@/ui/Status.vue'

export type PaymentFile = Schemas['FileOut']
export type Line = Schemas['FileLineOut']

export const FILE_TONES: Record<PaymentFile['state'], Tone> = {
  checked: 'wait', awaiting_approval: 'wait', awaiting_signatures: 'wait', executing: 'wait', executed: 'done', rejected: 'wrong', cancelled: 'rest',
}
export const LINE_TONES: Record<Line['state'], Tone> = { good: 'rest', wrong: 'wrong', settled: 'done', rejected: 'wrong' }

/** The API takes 64 MiB; more is told before it is sent. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024

/** How a file is read, by its name: pain.001 is XML, everything else a table. */
export const formatOf = (name: string): 'csv' | 'pain.001.001.09' => (/\.xml$/i.test(name) ? 'pain.001.001.09' : 'csv')

const TEMPLATES: Readonly<Record<string, string>> = {
  zh: '账号,户名,金额,附言,业务参考号\r\n',
  en: 'account,name,amount,remittance,reference\r\n',
}
/** An empty table to fill in; the mark at its beginning lets Excel read it as it is meant. */
export const template = (language: string): Blob => new Blob([`\uFEFF${TEMPLATES[language] ?? TEMPLATES['en']}`], { type: 'text/csv' })
