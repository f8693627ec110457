/** The desk: its table, its places and the people side of its work. */
const desk = {
  table: {
    find: '在列出的行里找', any: '全部', columns: '列', roomy: '行距宽松', export: '导出', views: '保存的视图', everything: '全部', order: '排序', save_view: '保存视图', save_view_why: '筛选、排序和列会一起保存在这台设备上。',
    view_name: '视图名称', forget: '删除视图{name}', all: '共 {count} 行', some: '已列出 {count} 行，后面还有', none: '这里还没有内容', nothing: '没有符合条件的', nothing_why: '换一个条件再找。', clear: '清除条件',
  },
  desk: {
    name: '通宝工作台', menu: '打开菜单', search: '搜索', search_hint: '功能、客户名称、账号或编号', search_none: '没有找到', me: '我的登录',
    group_work: '工作', group_customers: '客户', group_money: '资金', group_control: '监督与授权', start: '待办', proposals: '双人复核', customers: '客户', kyc: '身份核验', audit: '审计记录', alerts: '审计告警', users: '员工与角色', partners: '合作方',
    open_customer: '打开此编号的客户', open_payment: '打开此编号的付款', open_transaction: '打开此编号的账务交易', open_case: '打开此编号的核验', open_proposal: '打开此编号的复核事项', kind_person: '个人', kind_organisation: '机构',
  },
  work: {
    what: '事项', kind: '类型', who: '谁', since: '等待自', none: '没有等您处理的事', none_why: '需要您决定或跟进的事项会出现在这里，等得最久的排在前面。', keys: 'J、K 移动，Enter 打开，/ 查找，Ctrl K 搜索',
    proposal: '双人复核', kyc: '身份核验', duplicate: '疑似重复', loan: '贷款转人工', payment: '结果未明的付款', recall: '逾期的追回', break: '对账差异', alert: '审计告警',
    kyc_what: '申请 {level} 级身份', duplicate_what: '可能是同一客户，相似度 {score}', loan_what: '贷款申请待人工决定', payment_what: '付款 {amount}', recall_what: '追回 {amount}', break_what: '差异待查',
  },
  why: {
    reason: '理由', kept: '会连同您的姓名记入审计', missing: '请至少写三个字', reveal: '查看完整的{what}', reveal_note: '仅在工作需要时查看。半分钟后自动遮盖。', show: '显示',
  },
  customer: {
    name: '客户', kind: '类别', number: '统一社会信用代码', level: '身份级别', status: '状态', since: '登记时间', id: '客户编号', search: '名称或信用代码开头',
    is_prospect: '潜在', is_active: '正常', is_dormant: '休眠', is_blocked: '冻结', is_closed: '已终止', at_level: '{level} 级身份', risk: '风险等级', risk_low: '低风险', risk_medium: '中风险', risk_high: '高风险', not_rated: '尚未评级',
    rate: '评定风险', rate_note: '风险等级决定多久复查一次身份。', rate_go: '保存评定', change: '变更状态', change_note: '冻结后，该客户不能再发起任何业务。', change_go: '改为{status}', changed: '已保存',
    tab_accounts: '账户与付款', tab_cases: '身份与变更', tab_limits: '限额', tab_consents: '授权与协议', tab_duplicates: '疑似重复', tab_trail: '审计',
    profile: '资料', nothing_known: '还没有登记资料。', contacts: '联系方式', no_contacts: '没有登记联系方式。', phone: '手机', email: '邮箱', unverified: '未验证', documents: '证件', no_documents: '没有登记证件。', until: '有效至', for_ever: '长期有效',
    doc_id_card: '居民身份证', doc_passport: '护照', doc_residence_permit: '居住证', doc_business_licence: '营业执照', doc_other: '其他证件', relations: '关系人',
    rel_legal_representative: '法定代表人', rel_authorised_operator: '授权经办人', rel_beneficial_owner: '受益所有人', rel_guarantor: '保证人', rel_family: '家庭成员',
    rel_legal_representative_of: '担任法定代表人', rel_authorised_operator_of: '授权经办', rel_beneficial_owner_of: '受益拥有', rel_guarantor_of: '提供保证', rel_family_of: '家庭成员',
    changes: '变更记录', level_change: '身份 {before} 级变为 {after} 级', status_change: '状态由{before}变为{after}',
  },
  account_col: { number: '账号', product: '种类', available: '可用', booked: '账面', restrained: '有限制', none: '没有账户', payments: '付款：{number}', when: '时间', other: '对方', amount: '金额', no_payments: '没有付款' },
  restraint: {
    title: '限制：{number}', none: '没有限制', stops: '限制', by: '要求方', document: '文号', holds: '现冻结', until: '到期', open_ended: '期限未定',
    stop_debit: '只收不付', stop_credit: '只付不收', stop_all: '不收不付', stop_amount: '冻结部分金额',
    by_court: '人民法院', by_procuratorate: '人民检察院', by_police: '公安机关', by_supervision: '监察机关', by_security: '国家安全机关', by_customs: '海关', by_tax: '税务机关', by_regulator: '金融监管机构', by_bank: '本行',
    freeze: '立即冻结', freeze_note: '马上不收不付，最长 48 小时；要更久，须有正式文书并由两人办理。', release: '解除立即冻结', release_note: '只解除一人所做的立即冻结，按文书办理的限制不变。',
  },
  limit_col: { what: '限额', maximum: '上限', used: '已用', left: '剩余', own: '客户自设', times: '{count} 笔', none: '没有限额' },
  consent_col: { consents: '授权', agreements: '已签协议', source: '数据来源', purpose: '用途', granted: '授权时间', until: '到期或终止', is_granted: '有效', is_withdrawn: '已撤回', is_replaced: '已更新', is_expired: '已到期', no_consents: '没有授权', agreement: '协议', signed: '签署时间', no_agreements: '没有签过协议', code_tax_vat_invoices: '税务：增值税发票', code_credit_assessment: '授信评估', code_loan_agreement: '贷款合同', code_deposit_agreement: '存款协议' },
  duplicate: { grounds: '依据', by_document: '证件', by_phone: '手机', by_email: '邮箱', by_birth_date: '生日', by_name: '姓名', score: '相似度', found: '发现时间', is_open: '待判断', is_same: '同一客户', is_not_same: '不是同一客户', none: '没有疑似重复', none_why: '登记时会自动比对证件、联系方式、生日和姓名。', ask: '与{name}是同一客户吗？', note: '只做标记，不会合并资料。', go: '保存判断' },
  kyc: {
    level: '申请级别', to_level: '{level} 级', cause: '缘由', cause_application: '客户申请', cause_review: '定期复查', cause_expiry: '证件到期', opened: '发起时间', decided: '决定时间', none: '没有核验', none_why: '客户申请身份级别后，需要人工看的会排在这里。',
    state_opened: '刚发起', state_evidence: '提交材料中', state_checking: '核验中', state_waiting: '等待外部答复', state_needs_staff: '待人工决定', state_approved: '已通过', state_refused: '未通过',
    findings: '发现的问题', no_findings: '没有发现问题。', told: '已告知客户：', sources: '各来源对照', no_sources: '还没有材料。', field: '项目', differs: '不一致', pictures: '图片', picture_show: '查看图片', picture_cover: '收起', picture_file: '下载文件', picture_closed: '您没有查看权限', case: '核验',
    approve: '通过', refuse: '不通过', approve_title: '让{name}达到 {level} 级？', refuse_title: '不通过{name}的 {level} 级申请？', approve_note: '级别和相应额度立即生效。', refuse_note: '客户会看到未通过，可以重新申请。', approved_now: '已通过', refused_now: '已记为不通过',
    kind_id_card: '客户填写', kind_id_card_front: '身份证人像面', kind_id_card_back: '身份证国徽面', kind_face: '本人面部', kind_business_licence: '客户填写', kind_licence_picture: '营业执照图片', kind_id_card_reading: '证件识别', kind_licence_reading: '执照识别', kind_identity_bureau: '身份核查', kind_business_registry: '工商登记', kind_face_comparison: '人脸比对', kind_staff_note: '员工备注',
    field_name: '姓名或名称', field_number: '证件号码', field_sex: '性别', field_born_on: '出生日期', field_ethnicity: '民族', field_address: '住址', field_issuing_authority: '签发机关', field_valid_from: '有效期自', field_valid_until: '有效期至', field_result: '核查结果', field_registration_number: '统一社会信用代码', field_form: '机构形式', field_legal_form: '类型', field_legal_representative: '法定代表人', field_founded_on: '成立日期', field_business_scope: '经营范围', field_registered_capital: '注册资本', field_status: '登记状态', field_similarity: '相似度', field_liveness: '活体程度', field_found: '登记中有', field_text: '备注', field_nationality: '国籍', field_occupation: '职业', field_industry: '行业',
    value_male: '男', value_female: '女', value_match: '一致', value_mismatch: '不一致', value_unknown: '查无此号', value_company: '公司', value_sole_trader: '个体工商户', value_other: '其他', value_true: '是', value_false: '否',
  },
  proposal: {
    what: '事项', maker: '经办人', made: '提出时间', until: '有效期至', inbox: '待我复核', mine: '我提出的', inbox_none: '没有待您复核的事项', mine_none: '您还没有提出过', none_why: '一个人提出，另一个人同意，才会执行。', is_pending: '待复核', is_executed: '已执行', is_refused: '已拒绝', is_withdrawn: '已撤回', is_expired: '已过期',
    content: '内容', changes: '变更前后', now: '现在', then: '提议', about: '事项', me: '我', note: '复核意见', needs: '所需权限', digest: '内容摘要', own: '自己提出的须由另一人复核。',
    approval: '同意并执行', refusal: '拒绝', withdrawal: '撤回', approval_title: '同意「{title}」？', refusal_title: '拒绝「{title}」？', withdrawal_title: '撤回「{title}」？', approval_note: '同意后立即执行，执行的正是您看到的内容。', refusal_note: '拒绝后不能再恢复，理由会告诉经办人。', withdrawal_note: '撤回后需要重新提出。', approval_done: '已执行：{title}', refusal_done: '已拒绝：{title}', withdrawal_done: '已撤回：{title}',
  },
  payload: {
    is_true: '是', is_false: '否', amount: '金额', currency: '币种', reason: '理由', name: '名称', login: '登录名', roles: '角色', user_id: '用户编号', party_id: '客户编号', account_id: '账户编号', person_id: '自然人编号', rule: '规则', code: '代码', title: '名称', zh: '中文', en: '英文', maximum: '上限', raise_maximum: '临时上限', count: '笔数', window: '周期', counted_by: '统计维度', beyond: '超出时', tally: '合计', operation: '业务', channel: '通道', level: '级别', product: '产品', rate: '利率', evidence: '核实经过', asset: '资产', postings: '分录', debit: '借方', credit: '贷方', reference: '摘要', type: '类型', outcome: '结果', payment_id: '付款编号', recall_id: '追回编号',
  },
  audit: {
    at: '时间', who: '谁', action: '动作', object: '对象', outcome: '结果', address: '来源地址', request: '请求编号', seq: '序号', none: '没有符合条件的记录', is_done: '完成', is_refused: '拒绝', is_failed: '失败', by_customer: '客户', by_staff: '员工', by_service: '系统', by_system: '后台任务', by_anonymous: '未登录',
    action_hint: '动作，如 kyc.decide', object_hint: '对象编号', reason_hint: '理由中的字', prove: '导出可验证的文件', entry: '审计记录 {seq}', what: '记录', actor: '操作者编号', session: '会话', device: '设备摘要', before: '变更前摘要', after: '变更后摘要', customer: '客户', to_customer: '查看客户',
    proof: '存在证明', holds_why: '本页按 {steps} 个哈希重新计算含 {size} 条记录的树根，并核验银行的签名。', root: '树根', signed: '签名时间', key: '签名密钥',
  },
  verdict: { early: '刚刚记下，一分钟内签名，届时自动核验。', good: '核验通过：没有被改动，树根和银行的签名都对得上', bad: '核验不通过：与银行签名的不符，请立即上报', unable: '此处的浏览器不能核验，请使用加密连接', unchecked: '树根核对一致；签名未核验：这个浏览器不支持 Ed25519', keyless: '树根核对一致；签名未核验：平台没有提供签名公钥' },
  alert: { rule: '模式', who: '谁', entries: '记录数', opened: '发现时间', finding: '结论', closed: '已处理', is_open: '待处理', none: '没有告警', none_why: '短时间大量查看、管理员非工作时间操作、反复被拒绝会出现在这里。', close: '写明结论并关闭', close_note: '关闭后不能再改。', rule_mass_reveal: '大量查看敏感资料', rule_administrator_out_of_hours: '管理员非工作时间操作', rule_repeated_denial_actor: '同一人反复被拒绝', rule_repeated_denial_address: '同一地址反复被拒绝' },
  role: { customer: '客户', staff_operations: '运营', staff_risk: '风控', staff_compliance: '合规', staff_service: '客服', staff_marketing: '市场', staff_product: '产品', staff_administrator: '系统管理', auditor: '审计', service: '系统' },
  passkey_hint: { title: '下次用通行密钥登录', why: '更快，也不会被钓鱼网站骗走。', add: '设置通行密钥' },
  staff_me: { no_passkeys: '还没有通行密钥', since: '添加于', permissions: '我的权限', permissions_count: '{count} 项，按此查看名称' },
  user: {
    name: '姓名', login: '登录名', kind: '类别', roles: '角色', blocked: '已停用', active: '正常', login_hint: '登录名开头', about: '用户', did: '查看操作记录', proposed: '已提交，等待另一人同意',
    add: '新员工', add_note: '由合规人员同意后才能登录。', propose: '提交复核', password: '初始密码', password_hint: '至少 12 位，转交本人后由其更改', evidence: '如何核实本人', evidence_hint: '例如：柜面核对身份证原件与本人', block: '停用', unblock: '恢复', recover: '恢复账户',
    roles_title: '变更{name}的角色', block_title: '停用{name}？', unblock_title: '恢复{name}？', recover_title: '替{name}恢复账户', roles_note: '由合规人员同意后生效。', block_note: '立即退出所有登录，不能再登录。', unblock_note: '可以重新登录。', recover_note: '同意并等待期满后，清除其通行密钥和验证器；本人随时可以取消。',
  },
  partner: {
    name: '名称', acts: '代表', for_party: '某一客户', for_none: '不代表客户', scopes: '权限范围', id: '客户端编号', is_active: '启用', is_disabled: '已停用', none: '还没有合作方系统', none_why: '登记后，对方系统用自己的名义调用接口。', add: '登记系统', add_note: '密钥只显示一次。', add_go: '登记并生成密钥', name_missing: '请填写名称', party: '代表的客户编号', party_hint: '留空则不代表任何客户', party_wrong: '这不是客户编号', scopes_missing: '请至少选一项权限', networks: '来源网络', networks_hint: '如 203.0.113.0/24，多个用逗号隔开', anywhere: '不限',
    about: '系统', change: '修改权限与网络', change_note: '下一次调用起生效。', change_go: '保存修改', make_disabled: '停用', make_active: '启用', make_disabled_note: '令牌立即失效，回调停止。', make_active_note: '可以重新取得令牌。', misplaced: '异地使用令牌', proofs: '密钥与公钥', no_proofs: '没有可用的密钥或公钥。', secret: '密钥', key: '公钥', ends: '失效于', end: '作废', end_title: '立即作废？', end_secret: '用它取得的令牌最多再有效十分钟。', end_key: '用它签名的请求立即不再接受。',
    new_secret: '新密钥', new_secret_note: '旧密钥在重叠期后自动失效。', new_secret_go: '生成新密钥', overlap: '重叠期', overlap_0: '立即失效', overlap_24: '一天', overlap_168: '一周', secret_title: '请保存密钥', secret_once: '只显示这一次，请通过安全途径交给对方。', add_key: '添加公钥', add_key_note: '对方用相应的私钥签名，本行不保存私钥。', jwk: '公钥（JWK）', jwk_wrong: '请粘贴一个 JSON 对象',
  },
  webhook: {
    endpoints: '事件回调', endpoint: '回调地址', url: '地址', types: '事件', none: '没有回调地址', none_why: '由对方系统自己登记。', is_active: '正常', is_paused: '已暂停', is_disabled: '已停用', failing: '连续失败自', is_failing: '连续失败', type: '事件', attempts: '尝试', occurred: '发生时间', next: '下次尝试', deliveries: '发送记录', delivery: '发送', sent_pending: '待发送', sent_delivered: '已送达', sent_failed: '已放弃', nothing_sent: '没有发送记录', nothing_sent_why: '发送记录保留三十天。',
    ping: '发测试消息', replay: '重发一段时间', replay_note: '编号不变，对方可以去重。', replay_go: '重发', period_wrong: '请填写先后正确的起止时间', which: '只重发', replayed: '已安排重发 {count} 条', again: '重新发送', again_note: '编号不变，对方可以去重。', id: '消息编号', no_attempts: '还没有发送过。', body: '内容', ms: '{ms} 毫秒',
    came_delivered: '已送达', came_refused: '对方拒绝', came_redirected: '对方要求跳转，不跟随', came_gone: '对方表示不再需要', came_timed_out: '超时', came_unreachable: '无法连接', came_forbidden: '地址不允许',
  },
}

export default desk
