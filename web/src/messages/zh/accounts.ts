/** Accounts and what happened on them. */
const accounts = {
  product: { current: '结算账户', savings: '储蓄账户', wallet: '多币种钱包' },
  account: {
    tail: '尾号 {tail}', number: '账号', entries: '往来明细', after: '余额', booked: '账面余额', export: '导出表格', trend: '最近余额从 {from} 到 {to}', balance_unknown: '余额暂时查不到',
    open: '正常', frozen: '已冻结', dormant: '休眠', closed: '已销户', nothing_found: '没有符合条件的往来', nothing_found_why: '换一个词，或放宽日期和金额。',
  },
  entry: {
    transfer_credit: '收款', transfer_debit: '转账', interest_credit: '利息', interest_debit: '付息', loan_credit: '贷款放款', loan_debit: '还贷款', deposit_credit: '存款转回', deposit_debit: '转存款',
    fee_credit: '退费', fee_debit: '手续费', cash_credit: '充值', cash_debit: '提现', reversal_credit: '冲正', reversal_debit: '冲正', other_credit: '收入', other_debit: '支出',
  },
  filter: {
    text: '搜索对方、附言', more: '筛选', direction: '方向', direction_any: '收支都看', direction_credit: '只看收入', direction_debit: '只看支出', category: '类别', category_any: '全部',
    category_transfer: '转账', category_interest: '利息', category_loan: '贷款', category_deposit: '存款', category_fee: '费用', category_cash: '充值提现', category_reversal: '冲正', category_other: '其他',
    from: '从', to: '到', min: '最少金额', max: '最多金额', clear: '清除条件',
  },
}

export default accounts
