/** Accounts and what happened on them. */
const accounts = {
  product: { current: '结算账户', savings: '储蓄账户', wallet: '多币种钱包' },
  account: {
    tail: '尾号 {tail}', number: '账号', entries: '往来明细', after: '余额', booked: '账面余额', restrained: '冻结', export: '导出表格', export_found: '导出筛选结果', trend: '余额从 {since} 的 {from} 到现在的 {to}',
    opened_on: '{day} 开户', about: '账户信息', holder: '户名', kind: '类型', class_1: 'I 类户', class_2: 'II 类户', class_3: 'III 类户', currency: '币种', rate: '活期年利率', from_to: '{low} 至 {high}', opened: '开户日期',
    asleep: '账户长期未动，已转为休眠：收款、计息照常，暂时不能付款。', awaken: '恢复使用', search_on: '这一段里没有，继续往前找。',
    open: '正常', frozen: '已冻结', dormant: '休眠', closed: '已销户', nothing_found: '没有符合条件的往来', nothing_found_why: '换一个词，或放宽日期和金额。',
  },
  entry: {
    transfer_credit: '收款', transfer_debit: '转账', interest_credit: '利息', interest_debit: '付息', loan_credit: '贷款放款', loan_debit: '还贷款', deposit_credit: '存款转回', deposit_debit: '转存款',
    fee_credit: '退费', fee_debit: '手续费', cash_credit: '充值', cash_debit: '提现', reversal_credit: '冲正', reversal_debit: '冲正', other_credit: '收入', other_debit: '支出',
  },
  entry_of: { category: '类别', other: '对方账号', value_date: '起息日', booked: '记账时间', after: '记账后余额', transaction: '交易编号' },
  worth: { in_yuan: '可用余额，折合人民币', rate: '1 {currency} = {rate} 元（{day} 起的参考汇率）', as_of: '截至 {at}' },
  statement: {
    title: '对账单与证明', statement: '对账单', period: '时间段', this_month: '本月', last_month: '上月', three_months: '近三月', this_year: '今年', own: '自选', days_wrong: '请选好起止日期，最晚到今天',
    opening: '期初余额（{day}）', credits: '收入 {n} 笔', debits: '支出 {n} 笔', closing: '期末余额（{day}）', not_over: '这段时间还没有结束，数字截至此刻。', too_many: '超过 3000 笔，做不成 PDF，请下载表格或报文。',
    order_pdf: '开具 PDF 对账单', csv: '下载表格 CSV', camt: '下载报文 camt.053',
  },
  certificate: {
    title: '证明', balance: '存款证明，截至', balance_why: '证明当天日终的余额，不冻结账上的钱。', order_balance: '开具存款证明', opening: '开户证明', opening_why: '证明账户在本行开立、仍在使用。', order_opening: '开具开户证明',
  },
  document: {
    title: '已开具', verify: '核验', none: '还没有开具过', none_why: '对账单和证明带电子印章和核验码，对方可以在线核验。', statement: '对账单', balance_certificate: '存款证明', opening_certificate: '开户证明', download: '下载', making: '制作中',
  },
  filter: {
    text: '搜索对方、附言', more: '筛选', direction: '方向', direction_any: '收支都看', direction_credit: '只看收入', direction_debit: '只看支出', category: '类别', category_any: '全部',
    category_transfer: '转账', category_interest: '利息', category_loan: '贷款', category_deposit: '存款', category_fee: '费用', category_cash: '充值提现', category_reversal: '冲正', category_other: '其他',
    from: '从', to: '到', min: '最少金额', max: '最多金额', clear: '清除条件',
  },
}

export default accounts
