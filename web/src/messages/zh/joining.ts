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
  verify: {
    title: '核实身份', firm_title: '核实企业', back: '身份与额度', level_title: '身份与额度', whose: '为谁办理', level: '当前等级', level_0: '未核实', level_1: '基础', level_2: '标准', level_3: '完整', more: '可以提升到', begin: '开始', allowed: '可转出金额', history: '核实记录',
    nobody: '您还不代表任何人', nobody_why: '接受企业邀请或注册后，这里会显示核实等级。', open_case: '继续未完成的核实', up_to: '每笔至多 {amount}', no_limit: '不限', per_transaction: '每笔', per_day: '每天', per_year: '每年',
    need_id_card: '身份证信息', need_id_card_pictures: '身份证照片', need_face: '本人面容', need_business_licence: '营业执照信息', need_licence_picture: '执照照片', need_legal_representative: '法定代表人已核实', need_beneficial_owners: '受益所有人已核实',
    step_pictures: '证件照片', step_facts: '核对信息', step_face: '本人面容', step_licence: '执照照片', step_licence_facts: '核对信息', step_outcome: '结果', next: '下一步', submit: '提交核实',
    pictures_why: '放平、拍全、不反光。照片只用于核实，加密保存。', face_why: '请本人正对镜头，光线均匀，摘下墨镜和口罩。', id_card_front: '身份证人像面', id_card_back: '身份证国徽面', face: '本人面容', licence_picture: '营业执照',
    id_card_front_how: '有照片的一面', id_card_back_how: '有国徽的一面', face_how: '正对镜头', licence_picture_how: '正本或副本都可以', kept: '照片已收到，可以重拍', received: '已收到', film: '拍照', again: '重拍', shoot: '拍下', stop: '取消', choose: '选择照片',
    trouble_camera: '打不开相机，可能没有授权或正被占用。请改用“选择照片”。', trouble_unreadable: '这个文件不是能识别的照片，请换一张 JPEG 或 PNG。', note_reading: '正在识别照片，您也可以直接填写', note_read: '已从照片识别，请逐项核对', note_unread: '照片没有识别清楚，请自行填写，或返回重拍', note_none: '请照证件填写',
    name: '姓名', number: '身份证号码', issuing_authority: '签发机关', issuing_authority_hint: '国徽面，例如 杭州市公安局西湖分局', valid_from: '有效期起', valid_until: '有效期止', long: '长期有效',
    firm: '企业名称', code: '统一社会信用代码', legal_representative: '法定代表人', legal_form: '类型', founded_on: '成立日期', business_scope: '经营范围', business_scope_hint: '照执照填写，可只写主要几项', capital: '注册资本', capital_hint: '人民币元',
    fault_name: '请填写姓名', fault_number: '身份证号码是 18 位，最后一位可能是 X', fault_issuing_authority: '请填写签发机关', fault_valid_from: '请填写起始日期', fault_valid_until: '请填写截止日期，或选长期有效', fault_legal_form: '请填写类型', fault_legal_representative: '请填写法定代表人', fault_founded_on: '请填写成立日期', fault_business_scope: '请填写经营范围', fault_capital: '请填写金额，例如 5000000',
    is_checking: '正在核实', is_checking_why: '通常几秒到一分钟。可以离开，结果会通知您。', is_waiting: '对方系统暂无应答', is_waiting_why: '我们会自动再查，不用重新提交；有结果会通知您。', is_needs_staff: '工作人员正在核实', is_needs_staff_why: '一般 1 个工作日内有结果，会通知您。', is_approved: '核实通过', is_approved_why: '资料已加密保存，只用于核实身份。', is_refused: '这次没有通过', is_refused_why: '下面是原因和办法，改正后可以马上再次申请。',
    asks_bureau: '姓名与身份证号码是否一致', asks_document: '照片与所填是否一致', asks_faces: '是否本人', asks_registry: '登记机关的企业资料', asks_representative: '法定代表人是否一致', found: '原因与办法', apply_again: '再次申请', colleagues: '邀请经办和复核',
    state_opened: '待填写', state_evidence: '待提交', state_checking: '核实中', state_waiting: '等待应答', state_needs_staff: '人工核实中', state_approved: '已通过', state_refused: '未通过',
  },
  firm: {
    title: '开通企业', why: '由法定代表人本人办理：先登记企业，再核对营业执照，通过后即可开户、收付款和申请贷款。', first: '先核实您本人的身份', first_why: '企业由身份已核实的法定代表人开通，几分钟就好。', name_hint: '与营业执照完全一致', code_hint: '营业执照上的 18 位代码', fault_name: '请填写企业名称', fault_code: '统一社会信用代码是 18 位数字和字母',
    share: '您本人的持股比例', whole: '全部由我持有', most: '超过 75%', shared: '75% 或以下', shared_why: '先按标准等级开通；其他持股 25% 以上的人核实后，可提升到完整等级。', go: '下一步：核对执照',
  },
  open: {
    title: '开立账户', owner: '户主', product: '账户种类', currency: '币种', go: '开立账户', free: '不收开户费和账户管理费，不用时可随时销户。', current_why: '日常收付', savings_why: '存着生息，随时支取', wallet_why: '一个账号，多个币种', done: '账户已开立', see: '查看账户', another: '再开一个', first: '先核实身份', first_why: '核实身份后立即可以开户。',
  },
  join: {
    title: '企业邀请', none: '没有待接受的邀请', none_why: '企业管理员邀请您后，会出现在这里。', done: '您已加入{company}', accept: '接受邀请', until: '邀请有效至', up_to: '单笔至多 {amounts}', any: '{currency} 不限金额', login: '请把您的登录名告诉企业管理员：', login_name: '登录名',
    as_holder: '户主：可以办理全部业务', as_viewer: '查询：只看，不能动款', as_maker: '经办：发起付款和申请', as_checker: '复核：同意或拒绝付款', as_administrator: '管理员：管理用户和账户，不付款',
  },
  todo: {
    title: '接下来', progress: '已完成 {done}/{all}', done: '已完成', later: '稍后', passkey: '设置通行密钥', passkey_why: '用指纹或面容登录和确认付款', verify: '核实身份', verify_why: '拍身份证和本人面容，几分钟', account: '开立个人账户', account_why: '核实后立即可开，不收费', firm: '开通企业', firm_why: '您是法定代表人时，凭营业执照办理',
    firm_verify: '核实 {name}', firm_verify_why: '核对营业执照', firm_account: '为 {name} 开户', firm_account_why: '开户后可以收付款和申请贷款', invited: '{company}邀请您加入', invited_why: '看看您将负责什么',
  },
}

export default joining
