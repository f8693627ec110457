/** Paying, and what came of it. */
const paying = {
  transfer: {
    enter: '填写', check: '核对', done: '完成', from: '付款账户', amount: '转出金额', available: '可用 {amount}', empty: '账户里还没有钱，收到款或充值以后就能转出。', level: '身份核实等级为“{level}”：每笔最多转 {most}，每天最多 {day}。', level_next: '核实到“{level}”以后：每笔最多 {most}，每天最多 {day}。', level_go: '继续核实', level_ask: '请企业管理员继续核实。', payee: '收款人', new_payee: '新的收款人', name: '收款户名', number: '收款账号', remittance: '附言', next: '下一步：核对',
    you_pay: '付给 {name}', arrives: '到账', at_once: '立即到账', in_minutes: '通常几分钟内，以对方银行入账为准', bank: '收款银行', here: '通宝', other_bank: '其他银行（填联行号）', code: '联行号或 BIC', code_hint: '12 位联行号；境外银行填 BIC', of: '来自 {name}',
    cooling: '这位收款人确认不满 24 小时，五万元及以上的转账最早可办时间：', cooling_new: '五万元及以上只能转给确认满 24 小时的收款人。请先在收款人名册里确认，明天再转；如果对方催您立刻转，请先打电话核实。', stranger: '这位收款人不在您的名册里。转出前请与本人核实；任何人让您把钱转到“安全账户”，都是诈骗。', fee: '手续费', debited: '账户扣款合计', confirm: '确认转出 {amount}', ask_again: '再问一次结果（{amount}）', change: '返回修改',
    over_limit: '超过限额：{title}', unknown: '上次提交后没有收到结果。再问一次即可，不会重复转出。',
    fits: { match: '户名与账号一致', close_match: '户名与账号接近但不完全一致，请再核对', no_match: '户名与账号不一致，请先与收款人核实', not_checked: '无法核对户名，请确认收款人可信' },
    arrived: '已到账', under_way: '处理中，钱已从账户扣下', to: '付给 {name}', details: '查看这笔转账', another: '再转一笔',
    waiting: '等待另一人同意', waiting_why: '超出您一个人可以办理的范围，同意之前钱不会动。', waiting_until: '有效期至',
    fault: {
      number_missing: '请填写收款账号', number_number: '账号应为 6 至 32 位数字', code_code: '联行号应为 12 位数字，或填 BIC', name_missing: '请填写收款户名', name_too_long: '户名最多 140 个字',
      amount_empty: '请填写金额', amount_not_a_number: '请填写数字，例如 1234.50', amount_too_precise: '最多到分', amount_too_large: '金额过大', amount_not_positive: '金额应大于零', amount_too_much: '超过可用余额',
      remittance_too_long: '附言最多 140 个字',
    },
  },
  receipt: { order: '开具电子回单', making: '正在生成回单', download: '下载电子回单', code: '核验码' },
  payment: {
    title: '付款详情', kind: '类型', cancel: '撤销这笔付款', debtor: '付款方', creditor: '收款方', initiated: '发起时间', settled_at: '到账时间', reference: '交易编号',
    created: '已受理', awaiting_approval: '等待另一人同意', screened: '检查中', reserved: '处理中，钱已扣下', sent: '对方银行处理中', unknown: '正在查询结果', settled: '已到账', rejected: '未成功，钱已退回', returned: '对方已退回', cancelled: '已撤销',
  },
  payments: {
    account: '账户', whose: '以谁的名义', direction_any: '收付都看', direction_out: '付出', direction_in: '收到', state: '状态', state_any: '全部', state_under_way: '进行中', state_settled: '已完成', state_failed: '未成功',
    none: '还没有付款', none_why: '付出和收到的每一笔都会出现在这里，包括没有成功的。', nothing_found: '没有符合条件的付款', nothing_found_why: '换一个方向或状态看看。',
    kind: { book_transfer: '行内转账', credit_transfer: '跨行转账', top_up: '充值', withdrawal: '提现', refund: '退款', incoming: '他行汇入', return: '退回', verification: '小额打款验证' },
    short: { created: '已受理', awaiting_approval: '待同意', screened: '检查中', reserved: '处理中', sent: '处理中', unknown: '查询中', settled: '已到账', rejected: '未成功', returned: '已退回', cancelled: '已撤销' },
  },
  recall: {
    title: '请对方银行退回', ask: '申请退回', what: '我们会请对方银行把钱退回。对方可能不同意，通常需要几天；钱退回之前不会有变动，手续费不退。', why: '为什么要退回', note: '给对方银行的说明', send: '提交申请',
    reason: { ac03: '账号填错了', am09: '金额填错了', dupl: '重复付款', frad: '遭遇诈骗', cust: '其他原因', tech: '技术故障' },
    requested: '已提交', sent: '等待对方银行答复', unknown: '正在查询', accepted: '对方同意，钱在路上', refused: '对方银行未同意', returned: '钱已退回',
  },
  refund: { title: '退款', so_far: '已退回', begin: '退款', what: '从您的账户退给 {name}，可以退一部分。', amount: '退款金额', left: '最多可退 {amount}', confirm: '确认退款 {amount}' },
  payee: {
    add: '添加收款人', find: '搜索名称、备注名、账号、分组', none: '名册里还没有收款人', none_why: '常付的人存进来，下次不用再填账号。', nothing_found: '没有找到收款人', nickname: '备注名', groups: '分组', groups_hint: '用空格或逗号分开，例如：供应商 杭州',
    save: '存为收款人', saved: '已存为收款人', fault_number: '账号应为 8 至 34 位数字或字母', state: '状态', confirmed: '已确认', unconfirmed: '未确认', unconfirmed_why: '第一次付款时会请您再确认一次。现在先确认，五万元及以上的付款满 24 小时就能办。',
    pay: '转账', confirm: '确认这位收款人', edit: '修改备注', save_words: '保存', remove: '移出名册', remove_why: '以后再付款需要重新确认；已经付的不受影响。',
  },
  one_click: {
    title: '一键付', what: '小额付给已确认的行内收款人时，不再逐笔确认。额度由您定，每笔最多 1,000 元，每天最多 5,000 元，随时可以关掉。', per_payment: '每笔最多', per_day: '每天最多', used: '今天已用', on: '已开通', off: '未开通', set_by: '额度由企业管理员设定。', begin: '开通一键付', change: '保存额度', end: '关闭一键付',
    saved: '一键付额度已保存', ended: '一键付已关闭', left: '今天还可以付 {amount}', too_much: '超过一键付的额度 {amount}，请用转账', pay: '一键付出',
  },
  standing: {
    new: '新建定期付款', none: '还没有定期付款', none_why: '房租、工资、货款，到日子自动付，每次都通知您。', next: '下次', unit_month: '每 {n} 个月', unit_week: '每 {n} 周', unit_day: '每 {n} 天',
    each_month: '每月', each_week: '每周', each_day: '每天', each_once: '只付一次', active: '进行中', paused: '已暂停', ended: '已结束', cancelled: '已取消', often: '周期', every_month: '每几个月一次', every_week: '每几周一次', every_day: '每几天一次', first_on: '第一次付款日', holidays: '遇到节假日',
    holidays_next: '顺延到下一个工作日', holidays_previous: '提前到上一个工作日', holidays_as_is: '照常付款', ends: '何时结束', ends_never: '一直付，直到取消', ends_on: '到某一天为止', ends_after: '付满若干次为止', last_on: '最后一天', count: '共付几次',
    amount: '每次金额', here_only: '目前只能定期付给通宝的账户', will_pay: '付款日', moved: '原定 {from}，遇节假日调整', and_on: '以此类推', fault: '请补全付款日和周期', confirm: '确认定期付款', confirm_of: '确认每次付 {amount}', unknown: '上次提交后没有收到结果。再提交一次即可，不会重复建立。',
    pause: '暂停', resume: '恢复付款', end: '取消定期付款', end_why: '以后不再自动付款；已经付的不受影响。', dates: '接下来的付款日', past: '已到期的', again: '将再试：', paid: '已付', retrying: '稍后再试', missed: '未付',
  },
  wallet: {
    pay: '等待您在{name}付款', scan: '用手机打开{name}，扫这个码付款。', code: '{name}的付款码', open: '打开{name}', making: '正在向{name}取付款码…', until: '请付款不晚于', closing: '正在向{name}核实是否已付款，请稍候。',
    rejected: '未充值，没有扣款', when: '下一步给您付款码，付款后几秒钟到账。',
  },
  bank_card: {
    add: '绑定银行卡', what: '只能绑定您自己名下的卡。我们会往卡里打一笔不到 1 元的钱，您告诉我们金额，就能证明卡是您的。', none: '还没有绑定银行卡', none_why: '绑定自己名下的卡，就能充值和提现。', none_verified: '还没有验证过的银行卡', number: '卡号', number_hint: '16 至 19 位', link: '绑定，并打一笔小额验证',
    verified: '已验证', unverified: '待验证', verify_what: '我们已往这张卡打了一笔不到 1 元的钱。请在发卡行查到金额后填在这里，还可以试 {tries} 次。', amount: '收到的金额', amount_hint: '例如 0.37', verify: '验证', remove: '解除绑定', remove_why: '正在进行的充值或提现会继续完成。',
    into: '充值到', pay_with: '付款方式', to_card: '到哪张卡', credited: '账户到账', top_up_amount: '充值金额', withdraw_amount: '提现金额', top_up_when: '发卡行扣款成功后到账，通常几秒钟。', withdraw_when: '通常几分钟内到卡，以发卡行入账为准。',
    top_up_confirm: '确认充值 {amount}', withdraw_confirm: '确认提现 {amount}', another: '再办一笔',
  },
}

export default paying
