/** Paying, and what came of it. */
const paying = {
  transfer: {
    enter: '填写', check: '核对', done: '完成', from: '付款账户', amount: '转出金额', available: '可用 {amount}', payee: '收款人', new_payee: '新的收款人', name: '收款户名', number: '收款账号', remittance: '附言', next: '下一步：核对',
    you_pay: '付给 {name}', arrives: '到账', at_once: '立即到账', fee: '手续费', debited: '账户扣款合计', confirm: '确认转出 {amount}', ask_again: '再问一次结果（{amount}）', change: '返回修改',
    over_limit: '超过限额：{title}', unknown: '上次提交后没有收到结果。再问一次即可，不会重复转出。',
    fits: { match: '户名与账号一致', close_match: '户名与账号接近但不完全一致，请再核对', no_match: '户名与账号不一致，请先与收款人核实', not_checked: '无法核对户名，请确认收款人可信' },
    arrived: '已到账', under_way: '处理中，钱已从账户扣下', to: '付给 {name}', details: '查看这笔转账', another: '再转一笔',
    waiting: '等待另一人同意', waiting_why: '超出您一个人可以办理的范围，同意之前钱不会动。', waiting_until: '有效期至',
    fault: {
      number_missing: '请填写收款账号', number_number: '账号应为 6 至 32 位数字', name_missing: '请填写收款户名', name_too_long: '户名最多 140 个字',
      amount_empty: '请填写金额', amount_not_a_number: '请填写数字，例如 1234.50', amount_too_precise: '最多到分', amount_too_large: '金额过大', amount_not_positive: '金额应大于零', amount_too_much: '超过可用余额',
      remittance_too_long: '附言最多 140 个字',
    },
  },
  receipt: { order: '开具电子回单', making: '正在生成回单', download: '下载电子回单', code: '核验码' },
  payment: {
    title: '转账详情', debtor: '付款方', creditor: '收款方', initiated: '发起时间', settled_at: '到账时间', reference: '交易编号',
    created: '已受理', awaiting_approval: '等待另一人同意', screened: '检查中', reserved: '处理中，钱已扣下', sent: '对方银行处理中', unknown: '正在查询结果', settled: '已到账', rejected: '未成功，钱已退回', returned: '对方已退回', cancelled: '已撤销',
  },
}

export default paying
