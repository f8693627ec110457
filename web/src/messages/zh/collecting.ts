/** Getting paid, and paying what one is asked for. */
const collecting = {
  collect: {
    codes: '收款码', links: '收款链接', requests: '收款请求', new_codes: '新建收款码', new_links: '新建收款链接', new_requests: '请人付款', side_payee: '我发起的', side_payer: '请我付的',
    no_codes: '还没有收款码', no_codes_why: '打印一个贴在柜台，顾客扫码就能付款。', no_links: '还没有收款链接', no_links_why: '做一个链接发给对方，打开就能付。', no_payee: '还没有发起过收款请求', no_payee_why: '对方会收到通知，打开就能付，也可以拒绝。', no_payer: '没有人请您付款', no_payer_why: '别人请您付款时会通知您。',
    into: '收款账户', amount: '收款金额', title: '用途', title_hint: '对方会看到，例如：十一月货款', fault_title: '请填写用途', good_for: '有效期', days: '{n} 天', collected: '收到的款', nothing: '还没有收到款',
  },
  till: {
    what: '一个收款码对应一个收款点。码不会变，可以打印出来长期使用。', name: '收款点名称', name_hint: '顾客付款时看到，最多 25 个字', fault_name: '请填写名称', latin_name: '拼音或英文名称', latin_hint: '写进二维码里，只能用英文字母和数字', fault_latin: '请用英文字母、数字填写', latin_city: '城市（拼音）', category: '行业', open: '生成收款码',
    category_5411: '超市、便利店', category_5812: '餐饮', category_5999: '零售', category_5211: '建材五金', category_7299: '生活服务', category_8999: '专业服务', since: '启用于', closed: '已停用', hangs: '固定码', sale: '单笔码', charge: '扫顾客的码', code_of: '{name}的收款码',
    hangs_why: '顾客扫码后自己填写金额。', print: '打印', sale_amount: '收款金额', sale_make: '生成单笔收款码', sale_until: '有效至', sale_paid: '已收到付款', sale_over: '这个码已经失效', sale_next: '下一笔', shown_code: '顾客的付款码', shown_hint: '20 位数字，以 70 开头', fault_code: '付款码是 70 开头的 20 位数字', scan: '扫顾客的付款码',
    charge_it: '收款', charged: '已收到 {name} 付的 {amount}', close: '停用这个收款码', close_why: '停用后不能恢复，贴出去的码将不能再付款；已收到的款不受影响。',
  },
  pay_link: {
    open: '可付款', completed: '已付清', cancelled: '已撤回', expired: '已过期', any: '金额由付款人填写', amount_hint: '不填则由付款人填写', until: '有效至', paid: '已付 {n} 次', how_often: '可以付几次', once: '一次', times: '最多 {n} 次', times_any: '不限次数', make: '生成收款链接', qr: '收款链接的二维码', address: '收款链接', share: '分享', see: '看看付款人的页面', cancel: '撤回链接',
    page: '付款', payment: '付款金额', asks: '{name} 请您付款', log_in: '登录并付款', confirm: '确认付款 {amount}', pay: '付款', beware: '只付给您认识的人。付款后钱立即到账，无法自动退回。', no_account: '您没有可付款的 {currency} 账户', over_completed: '已经付过了', over_cancelled: '收款人已撤回', over_expired: '已经过期', over_why: '如果还要付款，请联系 {name}。', back: '返回',
  },
  pay_request: {
    title: '收款请求', open: '待付款', paid: '已付清', declined: '已拒绝', cancelled: '已撤回', expired: '已过期', by: '怎样找到对方', by_account: '按账号', by_phone: '按手机号', number: '对方账号', phone: '对方手机号', name: '对方户名', name_hint: '须与对方户名完全一致', fault_account: '账号应为 8 至 34 位数字', fault_phone: '请填写手机号', fault_name: '请填写对方户名',
    in_parts: '可以分几次付', make: '发出收款请求', make_of: '请对方付 {amount}', too_much: '超过对方请您付的金额', so_far: '已付', cancel: '撤回请求', refuse: '拒绝付款', refuse_why: '对方会收到通知；已经付的部分不受影响。', reason: '告诉对方原因', because: '拒绝原因', back: '返回这个请求',
  },
  scan: {
    what: '对准收款码，或选择一张有收款码的图片。', camera: '相机画面', no_camera: '没有可用的相机，或者没有允许使用。请选择一张图片。', unreadable: '这张图片里没有找到二维码，请换一张清楚的。', picture: '选择图片', text: '也可以粘贴收款码的内容', text_hint: '一串以 00 开头的文字，或收款链接', read: '读取', again: '再扫一个',
  },
  pay_code: {
    what: '开通后向商户出示付款码即可付款，小额不再逐笔确认。付款码每 30 秒更换，只能用一次；请不要截图发给别人。', per_payment: '每笔最多', at_most: '每笔最多', begin: '开通付款码', end: '关闭付款码', shown: '付款码', renews: '每 30 秒自动更换，请勿截图发给别人', renew: '换一个', firms: '企业账户没有付款码', firms_why: '企业付款可能需要别人复核，请改用扫码付款。',
  },
}

export default collecting
