/** Becoming a customer: registering, coming back, who one is, firms, first accounts. */
const joining = {
  welcome: {
    title: '您好，欢迎来通宝', join: '注册', join_why: '手机号或邮箱，设一个密码', verify: '核实身份', verify_why: '备好身份证，几分钟，全程看得到进度', open: '开立账户', open_why: '核实后立即可开，不收开户费', firm: '开通企业', firm_why: '法定代表人凭营业执照在线办理',
  },
  register: {
    title: '注册', none_yet: '还没有账号？注册', have_one: '已有账号，去登录', who: '您是谁', code: '验证码', password_step: '密码',
    name: '姓名', name_hint: '请与身份证一致，核实身份时会核对', name_missing: '请填写姓名', contact: '手机号或邮箱', contact_hint: '以后用它登录', contact_missing: '请填写手机号或邮箱',
    sent_to: '验证码已发送至', code_hint: '6 位数字，5 分钟内有效', code_missing: '请填写 6 位验证码', code_go: '下一步', again_in: '{seconds} 秒后可重发', change: '换一个',
    password: '设置登录密码', password_hint: '至少 12 个字符，一句容易记住的话就很好', password_short: '还差 {count} 个字符', password_show: '显示密码', finish: '完成注册',
    passkey: '再设一个通行密钥', done: '注册成功，{name}', passkey_go: '设置通行密钥',
  },
  forgot: {
    title: '忘记密码', back: '返回登录', where: '联系方式', new: '新密码', contact_hint: '您登录用的手机号或邮箱', second: '您设置过{proof}，改密码时也要用它确认。', finish: '设置新密码', anew: '重新开始', done: '密码已更新，请用新密码登录。其他设备都已退出。',
  },
  recover: {
    title: '找回账户', lost: '通行密钥和验证器都丢了？', ask: '已经丢了？', why: '通行密钥、验证器和恢复码都不在身边时，可以申请把它们移除。为防冒名，要等 48 小时，期间会通知您的所有联系方式。', go: '申请移除', complete: '已等满 48 小时，现在移除',
    waiting: '申请已收到', waiting_why: '到时间后回到这一页完成。想起恢复码或找到设备，直接登录即可，申请随之作废。', ready: '最早可完成', until: '最晚完成', not_me: '不是我申请的',
    cancel: '撤销申请', cancel_why: '通知里有一个撤销码，填在这里，申请立即作废。', cancel_code: '撤销码', cancelled: '申请已撤销，请尽快登录并更换密码。',
  },
}

export default joining
