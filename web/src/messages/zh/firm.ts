/** What a firm needs beyond a person: approvals, payroll, users; and bills and limits. */
const firm = {
  acting: { for: '办理主体' },
  acts_as: { holder: '本人', viewer: '查询', maker: '经办', checker: '复核', administrator: '管理员' },
  limits: {
    intro: '调低立即生效；调高、恢复或临时提额，需要确认是您本人。', read_only: '这里是当前的限额。调整限额请联系企业管理员。', none: '没有可以调整的限额', none_why: '认证级别提高以后，限额会出现在这里。',
    left: '还可以付', each: '单笔最多', used: '已用 {used}，上限 {maximum}', times: '{count} 笔', own: '您自设了上限；银行允许 {maximum}', raised: '临时提到 {maximum}，至',
    lower: '自设上限', raise: '临时提额', end_raise: '结束提额', restore: '恢复银行限额', new: '新的上限', most: '最多 {most}', missing: '请填写新的上限',
    lower_to: '上限设为 {maximum}', raise_to: '临时提到 {maximum}', lower_why: '比现在低的上限立即生效；比现在高的，需要确认是您本人。', for: '持续多久', for_why: '到时自动恢复，也可以随时提前结束。', hours: '{hours} 小时',
  },
  approvals: {
    mine: '待我处理', asked: '我发起的', signed: '会签记录', mine_none: '没有等您处理的事项', mine_none_why: '需要您同意或签署的付款会出现在这里。', asked_none: '您还没有发起过需要复核的事项', asked_none_why: '超出您一个人可以办理的付款会出现在这里。',
    signed_none: '还没有会签记录', signed_none_why: '企业设定会签规则以后，需要签署的付款会出现在这里。', until: '有效期至', lacks: '还差 {count} 人', made_by: '{name} 发起', content: '将要做的事', reason: '原因', every_line: '逐笔查看', reason_missing: '请写明原因，发起人会看到',
    state: { executed: '已执行', refused: '已拒绝', withdrawn: '已撤回', expired: '已过期' },
    approve: '同意', approve_amount: '同意付款 {amount}', refuse: '拒绝', refuse_why: '拒绝后不能恢复，发起人需要重新提交。钱不会动。', refuse_now: '确认拒绝', withdraw: '撤回', own: '这是您发起的，需要别人同意；在此之前钱不会动。', outcome: '查看结果',
    signatures: '签署进度', stage: '第 {number} 环节', of: '需 {required} 人：{whose}', in_turn: '依次签署', in_any_order: '不分先后', complete: '已签齐', voided: '已失效', by_passkey: '通行密钥', by_ed25519: '签名密钥',
    exact: '签署原文', exact_why: '您签署的就是下面这段文字，一字不差。签署后谁也改不了，银行也不能。', proof: '下载核验文件', proof_why: '包含原文、会签规则和全部签名，不经过银行也能核验。',
    sign: '用通行密钥签署', sign_amount: '签署付款 {amount}', sign_by_key: '用签名密钥签署', signed_already: '您已经签署，正在等其他人。', not_mine: '现在不需要您签署。',
    no_key: '您还没有登记签名密钥。用通行密钥也可以签署。', key: '签名密钥', document: '下载签署原文 document.json', command: '在您的设备上签名：', signature: '签名', signature_hint: '把命令的输出粘贴到这里', signature_wrong: '应为 Base64 编码的 64 字节签名', hand_in: '提交签名',
  },
  payroll: {
    files: '付款文件', upload: '上传工资表', none: '还没有上传过', none_why: '上传一张表格，逐行核对以后一次发放。', lines: '{count} 笔', wrong: '{count} 行有误', to_pay: '可付 {count} 笔', from: '从 {number} 付出', not_before: '最早付款日',
    kind: { payroll: '代发工资', batch: '批量付款' },
    mode: { partial: '能付的先付', partial_why: '有误的行不付，其余照付', all_or_nothing: '全部成功才付', all_or_nothing_why: '有一行不能付，就一笔都不付' },
    state: { checked: '待确认', awaiting_approval: '待复核', awaiting_signatures: '待会签', executing: '正在付款', executed: '已付完', rejected: '未付', cancelled: '已取消' },
    line: { good: '可以付', wrong: '有误', settled: '已到账', rejected: '未付' },
    file: '工资表', file_hint: 'CSV 表格或 pain.001 报文，最多 10 万笔、64 MB', pick: '选择文件，或拖到这里', no_file: '请选择要上传的文件', too_large: '文件超过 64 MB，请分成几份', template: '下载空白表格', template_name: '工资表.csv',
    what: '用途', if_wrong: '有的行不能付时', check: '上传并核对', check_why: '上传只做核对，确认之前钱不会动。',
    pay: '确认付款 {amount}', cancel: '不付了', see_approval: '查看审批', see_account: '查看账户', progress: '付款进度', paid: '已付 {settled} / {good} 笔，合计 {amount}', refused: '{count} 笔未付', some_wrong: '{count} 行有误，不会付；其余可以照付。', left_out: '{count} 行有误，没有付。', all_stopped: '{count} 行有误，所以一笔都不能付。请改正后重新上传。',
    detail: '明细', all: '全部 {count}', only_wrong: '只看有误 {count}', nothing_wrong: '没有有误的行', number: '行', payee: '收款人', amount: '金额', report: '下载结果报文',
  },
  bills: {
    saved: '常用户号', new: '交新的账单', nobody: '暂时没有可以缴费的单位', paid: '缴费记录', none_paid: '还没有缴过费', none_paid_why: '缴过的账单和凭证会出现在这里。', ask: '查账单', more: '{what}：更多', forget: '不再保存', forgotten: '已删除，不再保存这个户号',
    number_wrong: '应为 {digits} 位数字', number_hint: '{digits} 位数字，见账单或收费单位的通知', keep: '存为常用户号，下次直接查', nickname: '备注名', not_listed: '没有找到这个收费单位',
    asking: '正在向{biller}查询…', not_answered: '没有查到账单', nothing_open: '没有欠费', nothing_open_why: '这个户号目前没有要缴的账单。', due: '{day}前缴', to_pay: '{period} 账单', which: '选择账单', pay: '确认缴费 {amount}',
    failed: { unknown_customer: '收费单位没有这个户号，请核对后再查。', biller_unavailable: '收费单位暂时没有回应，请稍后再查。', biller_untrustworthy: '收费单位的回应无法确认真实，所以没有采用。请稍后再查。' },
    one: '缴费详情', biller: '收费单位', number: '户号', period: '账期', at: '缴费时间', receipt: '收费单位凭证号',
    state: { paid: '处理中', telling: '处理中', unknown: '核实中', confirmed: '缴费成功', refused: '退款中', refunded: '已退款' },
    state_why: { paid: '钱已付出，正在通知收费单位。', telling: '钱已付出，正在通知收费单位。', unknown: '钱已付出，正在向收费单位核实；未入账会自动退回。', confirmed: '收费单位已入账。', refused: '收费单位没有入账，钱正在退回。', refunded: '收费单位没有入账，钱已退回账户。' },
    mandate: '开通自动缴费', see_mandate: '查看自动缴费', mandate_state: { active: '自动缴费已开通', paused: '自动缴费已暂停', ended: '自动缴费已结束' }, maximum: '每张账单最多', maximum_hint: '超过的账单不会自动缴，会告诉您', when: '什么时候缴', as_they_come: '出账单就缴', on_day: '每月 {day} 日',
    mandate_why: '每次缴费都会通知您；余额不足时，之后三天每天再试一次。可以随时暂停或结束。', agree: '同意每张最多自动缴 {amount}', next_look: '下次查询账单', became: '账单', none_yet: '还没有账单', none_yet_why: '查到的每张账单和结果会出现在这里。', retry: '再试于', due_on: '缴费期限',
    outcome: { paid: '已缴', retrying: '余额不足，会再试', above_maximum: '超过上限，未缴', missed: '未缴', gone: '已用其他方式缴' }, pause: '暂停', resume: '恢复自动缴费', end: '结束自动缴费',
  },
  users: {
    invite: '邀请用户', members: '用户', you: '您', until: '至 {day}', control: '内部控制', dual: '双人复核', dual_why: '每笔付款、每次用户变更都要另一个人同意', dual_on: '已开启双人复核：付款和用户变更都要另一个人同意。', dual_off: '未开启双人复核。', person: '个人没有企业用户', person_why: '开立企业以后，可以邀请同事一起办理。',
    role: '角色', what: { viewer: '只看，不办理', maker: '发起付款；权限以内可以单独付', checker: '复核付款', administrator: '管理用户、限额和规则，不付款' }, band_of: { maker: '单独付款的权限', checker: '复核的权限' },
    any: '{currency} 不限金额', each: '单笔最多（{currency}）', per_day: '每日最多（{currency}）', per_day_hint: '不填就和单笔相同', without: '不设 {currency}', add_currency: '再加 {currency}', ends: '有效期至',
    login: '对方的用户名', login_hint: '对方登录后就能看到邀请并接受', login_missing: '请填写对方的用户名', invite_now: '发出邀请', invited: '已邀请 {login}，等待接受', waiting: '待接受的邀请', withdraw: '收回', withdraw_from: '收回给 {login} 的邀请', withdrawn: '已收回给 {login} 的邀请', change: '保存变更', changed: '已变更 {name} 的权限', remove: '移除', remove_who: '移除 {name}', remove_why: '立即失去这家企业的全部权限；已经签署的仍然有效。', removed: '已移除 {name}', gone: '没有找到这位用户',
  },
  policy: {
    title: '会签规则', is_set: '已设定，超过金额的付款需要签署', is_not: '还没有会签规则', why: '设定以后，超过一定金额的付款要由指定的人签署原文，签署记录任何人都能核验。', set: '设定会签规则', change: '变更规则', end: '停用规则', change_why: '变更或停用，都要按现在的规则签署后才生效。', rules: '付款规则',
    then: '，然后', and: '，并且', nobody: '不需要签署', above: '更大金额（{currency}）', up_to: '{amount} 以内', changes: '变更规则', over: '超过多少', over_hint: '这个金额以内不需要签署，按各人权限办理', takes: '需要几个人', of_checker: '{count} 位复核', of_holder: '{count} 位本人',
    without: '去掉这一档', another: '再加一档', whose: '由谁签署', by_both: '管理员或复核', by_administrator: '管理员', by_checker: '复核', by_holder: '本人', people: '{count} 人', fault_missing: '请填写金额', fault_order: '应大于上一档', others: '{currencies} 的每笔付款都按最高一档签署；没有账户的币种不能付。', no_others: '规则只管人民币；其他币种不能付。', finer: '这套规则比本页能设的更细，请通过接口变更；停用需按规则签署。', set_now: '设定规则', put_to_signers: '提交签署',
  },
  keys: {
    title: '签名密钥', why: '除了通行密钥，也可以用自己保管的 Ed25519 密钥签署。私钥不离开您的设备，这里只登记公钥。', mine: '我的密钥', none: '还没有登记签名密钥', revoked: '已停用', revoke: '停用', add: '登记签名密钥', name: '名称', name_missing: '请起一个名称', make: '在您的设备上生成密钥，得到公钥：',
    public: '公钥', public_hint: '上面第二行命令的输出，44 个字符', public_wrong: '应为 Base64 编码的 32 字节公钥', show: '再用私钥签一句话，证明密钥在您手里：', add_now: '登记',
  },
  content: {
    any: '不限', no_policy: '不再有会签规则', amount: '金额', total: '合计', payments: '笔数', debtor_account_id: '付款账户', debtor_account_number: '付款账号', creditor_account_number: '收款账号', creditor_name: '收款户名', creditor_bank_code: '收款行号', remittance: '附言',
    end_to_end_id: '业务参考号', payment_id: '付款编号', original_id: '原付款编号', card_id: '银行卡编号', bill_id: '账单编号', title: '事由', file_id: '文件编号', name: '文件名', kind: '类型', mode: '执行方式', message_id: '报文标识号', sha256: '文件摘要',
    requested_on: '指定日期', first_on: '首次付款日', unit: '周期', every: '每隔', month_day: '每月几日', holidays: '遇节假日', last_on: '最后日期', count: '次数', retries: '余额不足时重试', login: '用户名', role: '角色', bands: '单笔权限', day_bands: '每日权限',
    ends_at: '截止时间', party_id: '企业编号', membership_id: '成员编号', policy: '会签规则', changes: '变更规则',
  },
  content_is: {
    kind: { payroll: '代发工资', batch: '批量付款' }, mode: { partial: '能付的先付', all_or_nothing: '全部成功才付' }, unit: { once: '一次', day: '天', week: '周', month: '月' }, holidays: { as_is: '照付', next: '顺延', previous: '提前' },
    role: { viewer: '查询', maker: '经办', checker: '复核', administrator: '管理员' },
  },
}

export default firm
