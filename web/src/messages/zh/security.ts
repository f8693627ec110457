/** Security centre, notification settings, one’s data. */
const security = {
  security: {
    title: '安全中心', strong: '您的账户保护得很好', strong_why: '登录和付款都要您本人确认，只有密码进不来。', weak: '还差一步：加一把通行密钥', weak_why: '现在主要靠密码守门。加上指纹、面容或屏幕锁，密码泄露也不怕。',
    ways: '登录与确认', on: '已启用', off: '未设置', count: '{count} 个', totp: '动态码验证器', codes: '恢复码', codes_left: '还剩 {count} 个', password: '登录密码', password_note: '定期不必换，泄露了马上换', alerts_note: '什么事、用什么方式告诉您',
    signed_in: '正在登录', devices: '设备与登录', this_device: '本机', end: '退出', end_of: '退出 {name} 上的登录', activity: '安全动态', quiet: '还没有安全动态', quiet_why: '新设备登录、修改密码这类事情会记在这里。',
    recovery: '有人申请重置您的验证方式', recovery_why: '如果不是您本人，请马上取消：到期后，通行密钥、验证器和恢复码都会被移除。', recovery_from: '最早生效时间', recovery_stop: '不是我，取消申请',
    left_elsewhere: '其他设备都已退出', leave_elsewhere: '退出其他所有设备', leave_elsewhere_why: '只保留现在这一个登录。丢了手机或看到不认识的登录时使用。',
    known: '登录过的设备', known_why: '在这些设备上登录少一次验证。移除后，那里的登录会退出，下次要重新验证。', last_seen: '最近使用', forget: '移除', forget_of: '移除 {name}',
    not_you: '看到不是您做的事，请马上修改密码，再退出其他设备。', change_password: '修改登录密码',
    no_passkey: '还没有通行密钥', no_passkey_why: '一分钟就能加好，以后登录不用输密码。', added: '添加于', last_used: '最近使用', synced: '已同步到您的其他设备', suspended: '已停用，可能被复制',
    acts_of: '{name}：更多操作', rename: '改名', remove: '移除', rename_title: '给通行密钥改名', remove_title: '移除“{name}”？', remove_why: '之后不能再用它登录和确认。我们会先请您确认是本人。', remove_yes: '移除通行密钥', name: '名称', save_name: '保存名称',
    totp_what: '手机上的验证器每 30 秒给出一个 6 位动态码，没有网络也能用。', totp_scan: '1. 用验证器扫描二维码', totp_qr: '设置验证器的二维码', totp_open: '验证器就在这台手机上？直接打开', totp_key: '扫不了就输入密钥：', totp_secret: '密钥',
    totp_code: '2. 输入验证器里的 6 位动态码', totp_code_hint: '动态码每 30 秒更换', totp_confirm: '启用验证器', totp_ready: '验证器已启用', totp_remove: '移除验证器', totp_remove_why: '换手机前请先设置好另一种方式。', totp_set_up: '设置验证器',
    codes_what: '手机丢了、通行密钥用不了时，用恢复码找回账户。每个只能用一次，请写在纸上或存进密码管理器。', codes_few: '快用完了，换一组新的吧', codes_none: '还没有恢复码', codes_none_why: '设置第一把通行密钥或验证器时，会给您十个恢复码。', codes_replace: '换一组恢复码', codes_replace_why: '旧的马上作废，新的只显示一次。',
    password_old: '现在的登录密码', password_new: '新的登录密码', password_rule: '至少 12 个字符，长比复杂重要', password_why: '修改后，其他设备上的登录都会退出。', password_changed: '密码已修改，其他设备已退出',
    pin_set: '设置支付密码', pin_change: '修改支付密码', pin_what: '支付密码是 6 位数字，付款时用来确认，和登录密码分开。', pin: '支付密码', pin_again: '再输一次', pin_rule: '6 位数字，不要用生日、连号或重复', pin_differs: '两次输入不一样', pin_log_in: '确认是您本人', pin_done: '支付密码已生效',
  },
  security_event: {
    new_device: '新设备登录', new_place: '在新的地方登录', impossible_travel: '两地登录间隔过短', log_ins_refused: '多次输错密码', session_reused: '登录凭据被重复使用，已退出', password_changed: '登录密码已修改', password_reset: '登录密码已重设', contact_changed: '联系方式已变更',
    passkey_added: '添加了通行密钥', passkey_removed: '移除了通行密钥', passkey_suspended: '通行密钥已停用', totp_set_up: '启用了验证器', totp_removed: '移除了验证器', recovery_codes_made: '生成了新的恢复码', recovery_code_used: '使用了恢复码',
    payment_password_changed: '支付密码已设置', payment_password_locked: '支付密码输错多次，已锁定', external_login_linked: '绑定了第三方登录', external_login_unlinked: '解除了第三方登录',
    recovery_requested: '有人申请重置验证方式', recovery_cancelled: '重置申请已取消', factors_recovered: '验证方式已重置', client_misplaced: '企业系统的凭据在别处被使用',
  },
  settings: {
    title: '通知设置', lead: '站内消息永远是全的。这里只决定哪些还发短信和邮件。', critical: '密码修改、账户冻结这类重要提醒，任何时候都会发，不受下面的设置影响。', phone: '短信', email: '邮件', reach: '发到', no_contact: '您还没有登记手机或邮箱，目前只发站内消息。',
    channels: '发送方式', saved: '已保存', quiet: '免打扰时段', quiet_note: '这段时间不发普通短信和邮件，结束后再发', begins: '开始', ends: '结束', saving: '正在保存',
    category: { security: '安全', payments: '收付款', accounts: '账户', deposits: '存款', loans: '贷款', agreements: '协议与授权', service: '服务' },
    note: { security: '登录、密码、验证方式', payments: '到账、付款、未成功', accounts: '状态变化、证明文件', deposits: '开立、到期、利息', loans: '审批、放款、还款日', agreements: '签署、授权、撤回', service: '服务进度' },
  },
  data: {
    title: '我的数据', lead: '我们保存了什么、为什么、保存多久，都在这里；您可以随时带走一份。', whose: '谁的数据', export: '下载我的数据', export_why: '一个压缩包：中英文说明各一份、全部记录、对账单和您交来的文件。需要确认是您本人。', export_go: '下载全部数据', exported: '已开始下载',
    kept: '我们保存的数据',
    what: { identity: '身份资料', money: '账户与交易', access: '登录与设备', consents: '授权与协议', sources: '授权取得的经营数据', messages: '通知消息' },
    why: { identity: '依法核实客户身份；加密保存，显示时遮住', money: '记账和对账；依会计法保存', access: '保护账户、发现异常', consents: '证明您同意过什么、何时撤回', sources: '评估授信；撤回授权即停止获取', messages: '告诉您账户发生了什么' },
    term: { identity: '关系结束后 5 年', money: '至少 15 年', access: '6 个月', consents: '关系结束后 5 年', sources: '以授权书所写为准', messages: '6 个月' },
    erase: '注销并删除', erase_why: '姓名、联系方式、证件、图片和登录会删除，不能恢复；账务和协议依法保留，但不再指向您。', holds: '现在还不能删除', hold_until: '到 {day}', queued: '已登记，将于以下日期自动删除：', erase_go: '申请删除', erase_title: '删除后不能恢复', erase_confirm: '确认删除我的数据', erased: '您的数据已删除', erase_asked: '申请已提交，等待第二人复核', nobody: '没有可以处理的数据', nobody_why: '您目前不代表任何个人或企业。',
  },
  human: { title: '人工服务', why: '说不清、办不了，直接找人。', call: '拨打 {phone}', no_phone: '服务电话请见网点公告。', complain: '投诉也打这个电话，15 天内给您答复。' },
}

export default security
