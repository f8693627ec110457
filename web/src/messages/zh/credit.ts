/** Credit for a firm, what was allowed and what was signed. */
const credit = {
  credit: {
    no_firm: '经营贷款面向企业', no_firm_why: '您名下还没有企业。开通企业账户后，就可以凭开票记录申请。', no_account: '还没有可放款的账户', no_account_why: '贷款会放到企业名下状态正常的人民币账户，请先开立一个。',
    upto: '最高可借', what: '凭企业的增值税发票记录申请，不用抵押，不用跑网点。授权后几秒到一分钟出结果：能借多少、利率多少、为什么，都写清楚。', start: '看看我能借多少', free_to_ask: '申请不收费，也不会动任何钱；看到方案后再决定借不借。', maker_applies: '先由管理员授权，再由企业的经办人提交申请。',
    way: '怎样办理', way_consent: '授权取数', way_consent_why: '逐项说明取什么、用多久，由您确认；随时可以撤回。', way_decision: '看方案', way_decision_why: '额度和利率逐行列出，有效 {days} 天。', way_sign: '签约放款', way_sign_why: '读完合同再签，签完钱就在账户里。', way_repay: '随借随还', way_repay_why: '按日计息，提前还款不收违约金。',
    terms: '价格与条件', rate: '年化利率（单利）', per_10000: '每借 1 万元，每天利息', amount: '借款金额', from_to: '{from} 至 {to}', term: '期限', term_upto: '1 至 {n} 个月', fees: '手续费', no_fees: '不收，除利息外没有其他费用', early: '提前还款', early_free: '随时可还，不收违约金', who: '适合开票满 {months} 个月、近一年销售额不少于 {sales} 的企业。',
    step: { consent: '授权', ask: '申请', decision: '审批', sign: '签约' },
    firm: '为哪家企业申请', to_ask: '下一步：填写申请', how_much: '想借多少', ask_most: '尽可能多', ask_most_why: '看到方案后，可以只用其中一部分', ask_amount: '指定金额', outside: '金额应在 {range} 之间', into: '放款账户', submit: '提交申请', submit_note: '提交后开始取数和评估，不会动任何钱。', maker_title: '授权已完成，请经办人提交申请', maker_why: '为了相互复核，申请由企业的经办人提交，方案出来后由管理员签约。',
    applications: '申请记录', most: '尽可能多', months: '{n} 个月', owed: '待还本金', daily_now: '每天利息', again: '再借一笔', loans: '借款', loan_of: '年化 {percent} · {n} 个月', due: '到期', repaid: '已结清', see_offer: '查看方案', see_progress: '查看进度',
    state: { submitted: '已提交', collecting: '取数中', waiting: '等待数据', approved: '已通过', refused: '未通过', referred: '人工审核中', accepted: '已签约', disbursed: '已放款', expired: '方案已过期', closed: '已关闭' },
    open: {
      submitted: '已收到申请，马上开始取数', collecting: '正在取数和评估，通常一分钟内出结果', waiting: '数据来源暂时没有回应，我们会自动再试，您无需操作', approved: '方案已出，等您决定', referred: '需要人工审核，有结果会立即通知您', accepted: '已签约，正在放款',
      refused: '这次没有通过', disbursed: '已放款', expired: '方案已过有效期，没有放款；需要时可以重新申请', closed: '申请已关闭，没有放款',
    },
    application: '贷款申请', progress: '办理进度', fetched: '取到 {count} 张发票，{from} 至 {to}', fetching: '正在获取{source}', fetching_note: '逐页核对张数和金额，离开本页也会继续。',
    step_submitted: '提交申请', step_collecting: '获取{source}', step_waiting: '等待数据来源恢复', step_approved: '审批通过', step_refused: '审批未通过', step_referred: '转人工审核', step_accepted: '签署合同', step_disbursed: '放款到账', step_expired: '方案过期', step_closed: '申请关闭', step_decision: '评估并给出方案', step_sign: '签约放款', your_turn: '由您决定，不签就不会借。', next_attempt: '下次尝试：',
    refused_note: '没有产生任何费用，也不影响账户的使用。', helps_title: '怎样有助于下次通过', apply_again: '重新申请',
    helps: {
      history_too_short: '连续开票满要求的月数后再申请。', no_recent_sales: '恢复开票后再申请；我们看的是最近半年的销售发票。', void_share_too_high: '减少作废发票；占比降下来后再申请。', yearly_sales_too_low: '近一年销售额达到要求后再申请。', grade_too_low: '下面列出了扣分最多的几项；改善后重新申请，会按最新的发票重新评估。',
      limit_below_floor: '如有未还的借款，归还一部分后额度会相应恢复；也可以申请更合适的金额。', taxpayer_unknown: '请核对企业的统一社会信用代码是否与税务登记一致。', source_unavailable: '税务数据恢复后可以重新申请，不必等待。',
    },
    limit: '可借额度', valid_until: '方案有效至', draw: '这次借多少', to_sign: '下一步：阅读合同', to_sign_note: '下一步只是看合同，签署之后才会放款。', administrator_signs: '方案由企业管理员签约。', limit_why: '额度是怎么来的', rate_why: '利率是怎么来的',
    looked_at: '评估依据', grade: '信用等级', grade_is: '{grade}（{score} 分）', rows: '{count} 张发票', period: '数据期间', decided: '评估时间', against: '扣分较多的方面', by_program: '评估由程序按同一套规则作出，您可以要求说明或人工复核。', its_consent: '所依据的授权',
    sign_title: '签署借款合同', you_draw: '本次借款', cost: '到期一共还多少', principal: '本金', interest_of: '利息（{days} 天）', due_by: '{day} 应还', cost_note: '每天利息 {daily}，按实际天数计算；提前还，利息就少。', agreement: '借款合同', sign: '签署并放款 {amount}', sign_note: '签署后立即放款到企业账户，合同随后加盖电子印章。', change: '返回修改金额',
    apply: '申请经营贷款', loan: '借款', principal_drawn: '借款本金', running: '还款中', outstanding: '待还本金', schedule: '到期应还', schedule_note: '到期一次还本付息；还款日遇节假日顺延，利息算到还款当天。', paid_out: '放款时间', documents: '合同与凭证', read_agreement: '阅读合同', its_decision: '查看审批依据', see_loan: '查看这笔借款',
  },
  consent: {
    lead: '要评估{name}的信用，需要取得下面的数据。每一项都单独由您决定。', given: '已授权', read: '阅读授权书全文', agree: '同意，下一步确认', administrator: '请企业管理员先授权，之后您可以提交申请。', free: '授权完全自愿，不授权不影响其他服务，随时可以撤回。', confirm_title: '再确认一次', confirm_note: '确认后我们才能取数，授权会记入历史并出具回执。', confirm: '确认授权', not_now: '先不授权',
    who: '企业', recipient: '谁得到', source: '从哪里', purpose: '用来做什么', back: '往前看', months: '最多 {n} 个月', lasts: '授权期限', days: '{n} 天，期满自动失效', until: '有效至', since: '结束于', data: '取什么', kept: '保存多久', kept_for: '{days} 天后删除；放款的，结清后保存 {years} 年',
    name: {
      credit_assessment: '信用评估', tax_vat_invoices: '税务发票数据', tongbao: '通宝银行', invoice_number: '发票号码', invoice_issued_on: '开票日期', invoice_direction: '销项或进项', invoice_counterparty: '交易对方代码', invoice_amount: '金额', invoice_tax: '税额', invoice_void: '是否作废或红冲',
    },
    page_lead: '谁可以取您的哪些数据、用来做什么，都在这里；不想给了，随时撤回。', none: '还没有授权', none_why: '只有您同意以后，我们才会取数；每一次授权都会列在这里。', in_force: '生效中', ended: '已结束',
    status: { granted: '生效中', withdrawn: '已撤回', replaced: '已更新', expired: '已到期' }, history: { granted: '授权', withdrawn: '撤回', replaced: '被新的授权取代', expired: '到期失效' },
    allows: '授权内容', fetches: '取数记录', no_fetches: '还没有据此取过数。', kept_until: '保存到', deleted: '已删除', happened: '授权历史', receipt: '下载签名回执', by_you: '由您确认', by_colleague: '由企业的其他人员确认', by_time: '到期自动结束',
    withdraw: '撤回', withdraw_title: '撤回“{source}”授权', withdraw_note: '不用说明理由，立即生效。', withdraw_now: '立即撤回', keep: '保留授权', withdrawn: '授权已撤回，从现在起不再取数',
    follows: { fetch: '不再取新的数据，正在取的也会停下', application: '等待数据的申请会关闭', loan: '还没用的额度由人工复查，已放的借款不受影响', data: '已取的数据，没有借款或申请在用的，立即删除' },
  },
  agreement: {
    none: '还没有签过合同', none_why: '签过的每一份合同都在这里，可以阅读、下载和验证。', signed: '签过的合同', template: { loan_agreement: '小微企业贷款合同', time_deposit_agreement: '定期存款协议', instalment_savings_agreement: '零存整取协议', notice_deposit_agreement: '通知存款协议' },
    download: '下载合同 PDF', sealing: '正在加盖电子印章…', sealed_note: '带有本行电子印章，任何人都可以验证。', signing: '签署记录', by: '签署人', you: '您（{name}）', colleague: '企业的其他人员', proven_by: '确认方式', at: '签署时间', sealed_at: '盖章时间', digest: '文本摘要',
    verify: '验证一份合同', verify_why: '选择手里的 PDF，看它与盖章时是否一字不差。文件只用来核对，不会保存。', choose: '选择 PDF 文件',
    finding: { genuine: '是真的：与盖章时完全一致', altered: '被改动过：盖章之后内容有变化', untrusted: '不是本行盖的章', no_seal: '没有电子印章', unreadable: '无法读取，可能不是 PDF' },
  },
}

export default credit
