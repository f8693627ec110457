/** Banks people pay to most, by their head office's number in the large-value payment system (联行号). */
import type { Language } from '@/app/looks'

export interface Bank {
  code: string
  zh: string
  en: string
}
export const banks: readonly Bank[] = [
  { code: '102100099996', zh: '中国工商银行', en: 'Industrial and Commercial Bank of China' },
  { code: '103100000026', zh: '中国农业银行', en: 'Agricultural Bank of China' },
  { code: '104100000004', zh: '中国银行', en: 'Bank of China' },
  { code: '105100000017', zh: '中国建设银行', en: 'China Construction Bank' },
  { code: '301290000007', zh: '交通银行', en: 'Bank of Communications' },
  { code: '403100000004', zh: '中国邮政储蓄银行', en: 'Postal Savings Bank of China' },
  { code: '308584000013', zh: '招商银行', en: 'China Merchants Bank' },
  { code: '309391000011', zh: '兴业银行', en: 'Industrial Bank' },
  { code: '310290000013', zh: '上海浦东发展银行', en: 'Shanghai Pudong Development Bank' },
  { code: '302100011000', zh: '中信银行', en: 'China CITIC Bank' },
  { code: '305100000013', zh: '中国民生银行', en: 'China Minsheng Bank' },
  { code: '303100000006', zh: '中国光大银行', en: 'China Everbright Bank' },
  { code: '307584007998', zh: '平安银行', en: 'Ping An Bank' },
  { code: '304100040000', zh: '华夏银行', en: 'Hua Xia Bank' },
  { code: '306581000003', zh: '广发银行', en: 'China Guangfa Bank' },
]

/** A bank's name; of one that is not among these, its number. */
export const bankName = (code: string, language: Language): string => banks.find((each) => each.code === code)?.[language] ?? code
