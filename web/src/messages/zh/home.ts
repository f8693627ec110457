/** Home, what comes next, notices and one’s own page. */
const home = {
  home: {
    morning: '早上好，{name}', noon: '中午好，{name}', afternoon: '下午好，{name}', evening: '晚上好，{name}',
    have: '我的余额', available: '可用余额', total: '可用余额，按币种合计', find: '查交易', all_accounts: '全部账户', happened: '最近往来', all: '查看全部',
    none: '还没有账户', none_why: '开户以后，余额和往来会出现在这里。', quiet: '还没有往来', quiet_why: '收到或付出的每一笔都会出现在这里。',
  },
  next: { title: '接下来', none: '没有要办的事，也没有将要扣的款。', sign: '待您签署：{what}', order: '定期付给 {name}', loan: '经营贷款到期', waits: '待您处理' },
  notices: { none: '还没有消息', none_why: '账户有变动时会告诉您。', read_all: '全部已读', unread: '未读：' },
  me: { mine: '我的设置', passkeys: '通行密钥', payment_password: '支付密码', add_passkey: '添加通行密钥', security_why: '密码、通行密钥、设备和登录记录', settings_why: '短信、邮件和免打扰', data_why: '查看、下载或删除', help: '帮助', help_why: '常见问题、人工服务、投诉', log_out: '退出登录' },
  service: {
    pay: '付款', collect: '收款', save: '存款', borrow: '贷款', firm: '企业',
    transfer: '转账', transfer_why: '付给个人或企业，核对户名和费用后再确认',
  },
  simple: { tasks: '常用功能', look: '看明细', pay: '转账', services: '办业务', notices: '看消息', leave: '换回标准版' },
}

export default home
