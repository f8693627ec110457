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
    signed_none: '还没有会签记录', signed_none_why: '企业设定会签规则以后，需要签署的付款会出现在这里。', until: '有效期至', lacks: '还差 {count} 人', made_by: '{name} 发起', content: '将要做的事', reason: '原因', reason_missing: '请写明原因，发起人会看到',
    state: { executed: '已执行', refused: '已拒绝', withdrawn: '已撤回', expired: '已过期' },
    approve: '同意', approve_amount: '同意付款 {amount}', refuse: '拒绝', refuse_why: '拒绝后不能恢复，发起人需要重新提交。钱不会动。', refuse_now: '确认拒绝', withdraw: '撤回', own: '这是您发起的，需要别人同意；在此之前钱不会动。', outcome: '查看结果',
    signatures: '签署进度', stage: '第 {number} 环节', of: '需 {required} 人：{whose}', in_turn: '依次签署', in_any_order: '不分先后', complete: '已签齐', voided: '已失效', by_passkey: '通行密钥', by_ed25519: '签名密钥',
    exact: '签署原文', exact_why: '您签署的就是下面这段文字，一字不差。签署后谁也改不了，银行也不能。', proof: '下载核验文件', proof_why: '包含原文、会签规则和全部签名，不经过银行也能核验。',
    sign: '用通行密钥签署', sign_amount: '签署付款 {amount}', sign_by_key: '用签名密钥签署', signed_already: '您已经签署，正在等其他人。', not_mine: '现在不需要您签署。',
    no_key: '您还没有登记签名密钥。用通行密钥也可以签署。', key: '签名密钥', document: '下载签署原文 document.json', signature: '签名', signature_hint: '把命令的输出粘贴到这里', signature_wrong: '应为 Base64 编码的 64 字节签名', hand_in: '提交签名',
  },
  content: {
    any: '不限', amount: '金额', total: '合计', payments: '笔数', debtor_account_id: '付款账户', debtor_account_number: '付款账号', creditor_account_number: '收款账号', creditor_name: '收款户名', creditor_bank_code: '收款行号', remittance: '附言',
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
