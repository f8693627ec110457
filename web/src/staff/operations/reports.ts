/** The ledger's reports in one shape: lines, and what they come to. */
import type { Schemas } from '@/api/client'

export interface Report {
  asset: string
  on: string
  lines: readonly Schemas['LineOut'][]
  /** What the lines come to; the word is `ops.report.<key>`. */
  sums: readonly { key: string; amount: string }[]
  /** By how much the two sides differ, where there are two. */
  difference: string | null
}

export const trialBalance = ({ asset, on, lines, debits, credits, difference }: Schemas['TrialBalanceOut']): Report => ({
  asset, on, lines, difference, sums: [{ key: 'debits', amount: debits }, { key: 'credits', amount: credits }],
})

export const balanceSheet = ({ asset, on, lines, assets, liabilities, equity, earnings, difference }: Schemas['BalanceSheetOut']): Report => ({
  asset, on, lines, difference,
  sums: [{ key: 'assets', amount: assets }, { key: 'liabilities', amount: liabilities }, { key: 'equity', amount: equity }, { key: 'earnings', amount: earnings }],
})

export const incomeStatement = ({ asset, on, lines, income: earned, expense, profit }: Schemas['IncomeStatementOut']): Report => ({
  asset, on, lines, difference: null,
  sums: [{ key: 'earned', amount: earned }, { key: 'expense', amount: expense }, { key: 'profit', amount: profit }],
})
