/** Every word of the application in Chinese; `en` has exactly the same keys. */
const zh = {
  app: { name: '通宝' },
  places: { home: '首页', accounts: '账户', transfer: '转账', notices: '消息', me: '我的' },
  foot: { verify: '核验回单与证明', platform: '平台状态与接口' },
  dates: { today: '今天', yesterday: '昨天' },
  ui: {
    loading: '正在加载', again: '再试一次', close: '关闭', dismiss: '知道了', back: '返回', more: '查看更多', optional: '选填', skip: '跳到正文',
    places: '主导航', steps: '步骤', copy: '复制{what}', copied: '已复制', reveal: '显示完整的{what}', cover: '隐藏{what}',
    offline: '网络已断开。已填写的内容会保留，恢复后可继续。',
  },
  looks: {
    title: '显示', language: '语言', theme: '外观', auto: '跟随系统', light: '浅色', dark: '深色',
    elder: '长辈模式', elder_note: '字更大，对比更清楚',
  },
  problem: {
    code: '代码', uncertain: '我们没有收到结果。请用下面的按钮再问一次，同一笔不会重复转出。', nothing_moved: '钱没有动。',
    network: {
      unreachable: { title: '连不上网络', detail: '请检查网络后再试一次，已填写的内容还在。' },
      unexpected_answer: { title: '没有得到预期的回应', detail: '可能是网络中间设备的问题，请稍后再试。' },
    },
    page: { defect: { title: '这个页面出错了', detail: '请重新加载；如果仍然出错，请把代码告诉我们。' } },
  },
  log_in: {
    title: '登录', second: '再确认一下是您', line: '每一分钱，去了哪里，接下来怎样。', point_1: '先看清费用和到账时间，再确认', point_2: '每一笔都有凭证，可以核验', point_3: '出了问题，直接告诉您怎么办',
    passkey: '用通行密钥登录', or: '或者用密码', login: '用户名、手机号或邮箱', password: '登录密码', go: '登录',
    login_missing: '请填写用户名、手机号或邮箱', password_missing: '请填写登录密码', expired: '登录已过期，请重新登录；没填完的内容还在。',
  },
  factor: { otp_sms: '短信验证码', otp_email: '邮件验证码', totp: '验证器里的动态码', passkey: '通行密钥', recovery_code: '恢复码' },
  step_up: {
    title: '请确认是您本人', code: '6 位验证码', sent_to: '已发送至 {to}', send_code: '发送验证码', send_again: '重新发送', use_passkey: '用通行密钥确认', confirm: '确认', instead: '改用{proof}',
    password: '登录密码', payment_password: '支付密码', passkey: '通行密钥', totp: '动态码', code_and_totp: '验证码和动态码', recovery_code: '恢复码',
  },
  passkey: {
    title: '先设置通行密钥', needed: '{what}需要确认是您本人，您还没有可用的确认方式。', what: '通行密钥用指纹、面容或屏幕密码确认，不用再记密码，也不会被骗走。', unavailable: '这台设备不支持通行密钥，请换一台设备，或联系客服。',
    set_up: '现在设置', later: '以后再说', codes: '请保存恢复码', codes_why: '设备丢失时用它们找回账户，只显示这一次。', copy: '全部复制', kept: '我已保存好',
  },
  home: {
    morning: '早上好，{name}', noon: '中午好，{name}', afternoon: '下午好，{name}', evening: '晚上好，{name}',
    have: '我的余额', available: '可用余额', total: '可用余额，按币种合计', find: '查交易', all_accounts: '全部账户', happened: '最近往来', all: '查看全部',
    none: '还没有账户', none_why: '开户以后，余额和往来会出现在这里。', quiet: '还没有往来', quiet_why: '收到或付出的每一笔都会出现在这里。',
  },
  next: { title: '接下来', none: '没有要办的事，也没有将要扣的款。', sign: '待您签署：{what}', order: '定期付给 {name}', loan: '经营贷款到期', waits: '待您处理' },
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
  notices: { none: '还没有消息', none_why: '账户有变动时会告诉您。', read_all: '全部已读', unread: '未读：' },
  me: { security: '安全', passkeys: '通行密钥', totp: '验证器', payment_password: '支付密码', set: '已设置', not_set: '未设置', add_passkey: '添加通行密钥', help: '帮助与核验', log_out: '退出登录' },
  staff: { start: '工作台', inbox: '待我复核', what: '事项', maker: '经办人', reason: '理由', until: '有效期至', none: '没有待复核的事项', none_why: '需要第二个人决定的事项会出现在这里。' },
  lost: { title: '这里没有页面', why: '地址可能有误，或者页面已经移走。', home: '回到首页' },
}

export default zh
/** The same tree with any words in it: a missing or a misspelt key is a type error. */
type Words<Tree> = { [Key in keyof Tree]: Tree[Key] extends string ? string : Words<Tree[Key]> }
export type Messages = Words<typeof zh>
