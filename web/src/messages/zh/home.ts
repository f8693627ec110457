/** Home, what comes next, notices and one’s own page. */
const home = {
  home: {
    morning: '早上好，{name}', noon: '中午好，{name}', afternoon: '下午好，{name}', evening: '晚上好，{name}',
    have: '我的余额', available: '可用余额', total: '可用余额，按币种合计', find: '查交易', all_accounts: '全部账户', happened: '最近往来', all: '查看全部',
    none: '还没有账户', none_why: '开户以后，余额和往来会出现在这里。', quiet: '还没有往来', quiet_why: '收到或付出的每一笔都会出现在这里。',
  },
  next: { title: '接下来', none: '没有要办的事，也没有将要扣的款。', approve: '待您同意：{what}', sign: '待您签署：{what}', order: '定期付给 {name}', loan: '经营贷款到期', deposit: '{title}到期', bill: '代扣账单', waits: '待您处理' },
  not_yours: { title: '您的角色不办理这一项', why: '需要的话，请企业管理员为您调整角色。', back: '看看能办什么' },
  notices: { none: '还没有消息', none_why: '账户有变动时会告诉您。', read_all: '全部已读', unread: '未读：' },
  me: { mine: '我的设置', passkeys: '通行密钥', payment_password: '支付密码', add_passkey: '添加通行密钥', security_why: '密码、通行密钥、设备和登录记录', settings_why: '短信、邮件和免打扰', data_why: '查看、下载或删除', help: '帮助', help_why: '常见问题、人工服务、投诉', log_out: '退出登录' },
  service: {
    pay: '付款', collect: '收款', save: '存款', borrow: '贷款', firm: '企业',
    open_account: '开立账户', open_account_why: '核实身份后立即可开，不收费', identity: '身份与额度', identity_why: '核实到哪一级，可以转多少', open_firm: '开通企业', open_firm_why: '法定代表人凭营业执照在线办理', invitations: '企业邀请', invitations_why: '加入邀请您的企业，成为经办或复核',
    transfer: '转账', transfer_why: '付给个人或企业，核对户名和费用后再确认',
    deposits: '存款', deposits_why: '定期、零存整取、通知存款，先算后存',
    statements: '对账单与证明', statements_why: '每个账户的 PDF 对账单、存款证明、开户证明',
    loan: '经营贷款', loan_why: '凭开票记录申请，按日计息，随借随还', consents: '我的授权', consents_why: '谁可以取哪些数据，随时撤回', agreements: '我的合同', agreements_why: '签过的合同，阅读、下载、验证',
    bills: '生活缴费', bills_why: '水、电、燃气、话费，可以自动缴',
    limits: '限额', limits_why: '还能付多少，临时提额或自设上限',
    approvals: '审批', approvals_why: '看清全部内容，再同意或签署',
    payroll: '代发工资', payroll_why: '上传表格，逐行核对后一次发放',
    users: '企业用户', users_why: '谁可以查询、经办和复核，各到多少',
    payments: '付款记录', payments_why: '付出和收到的每一笔，到哪一步了', payees: '收款人', payees_why: '常付的人，一键付款',
    standing: '定期付款', standing_why: '房租、工资、货款，到日子自动付', cards: '银行卡', cards_why: '绑定自己的卡，充值和提现', collect_money: '收款', scan: '扫一扫', scan_why: '扫商户的收款码付款', pay_code: '付款码', pay_code_why: '向商户出示，小额免确认',
    collect_codes: '收款码', collect_codes_why: '顾客扫码付款，也能扫顾客的付款码', collect_links: '收款链接', collect_links_why: '做一个链接，谁打开都能付', collect_requests: '收款请求', collect_requests_why: '请某个人付款，也看看谁请您付款',
    top_up: '充值', top_up_why: '从绑定的卡或钱包转入账户', withdraw: '提现', withdraw_why: '从账户转到绑定的卡',
  },
  simple: { tasks: '常用功能', look: '看明细', pay: '转账', services: '办业务', notices: '看消息', leave: '换回标准版' },
}

export default home
