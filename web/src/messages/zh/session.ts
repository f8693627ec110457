/** Getting in, and confirming that it is you. */
const session = {
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
}

export default session
