/** The desk’s money side. */
const operations = {
  ops: {
    change: '修改', end: '终止',
    places: { channels: '支付通道', payments: '付款处理', reconciliation: '对账', ledger: '总账', terms: '限额与价格', eod: '日终', system: '系统状态' },
    propose: { note: '提交后由另一人复核，同意后才生效。', reason: '理由', reason_hint: '复核人会看到', reason_missing: '请写明理由', go: '提交复核', made: '已提交复核：{title}' },
    system: {
      seen: '更新于', fine: '一切正常，没有需要处理的事。', workers: '工作进程', waiting: '等待的任务', behind: '未读的事件', p95: '95% 的请求用时', median: '半数在 {ms} ms 内', errors: '服务器错误', of_requests: '共 {n} 次请求',
      jobs: '后台任务', no_jobs: '没有等待或失败的任务', no_jobs_why: '任务都已完成。', events: '事件消费', answers: '接口用时（自启动以来）', about: '关于本平台', version: '版本号', started: '接口启动时间', tree: '账本存证树', leaves: '{n} 笔交易', signed: '最近签名时间',
      col: { task: '任务', waiting: '等待', late: '最久已等', scheduled: '已排期', running: '执行中', failed: '失败（14 天）', consumer: '消费者', events: '未读', failures: '重试', parked: '搁置', route: '接口', requests: '请求', refused: '被拒绝', errors: '错误', p50: '50% 用时', p95: '95% 用时', p99: '99% 用时' },
      finding: { no_worker: '没有工作进程在运行：任务和事件都停着', errors: '{n} 次请求以服务器错误结束', parked: '{what} 搁置了 {n} 个事件', failing: '{what} 正在重试（已失败 {n} 次）', behind: '{what} 落后 {n} 个事件，{time}', failed: '{what} 有 {n} 个任务失败', late: '{what} 有 {n} 个任务已等 {time}' },
    },
    eod: {
      start: '启动日终', go_on: '从断点续跑', start_now: '现在启动', start_why: '依次补齐所有未完成的日期，直到昨天。已完成的步骤不会重做。', started: '已启动，工作进程马上开始。', none: '还没有日终记录', none_why: '第一个营业日结束后，每天零点三分自动开始。',
      begun: '开始于', took: '用时 {time}', before: '以前各日', progress: '{done}/{all} 步已完成', did: '{items} 项，{pieces} 批', waiting: '等待', running: '进行中', failed: '失败', done: '完成',
      step: { cut_off: '日切与试算', accounts_value_dated: '倒起息更正', accounts_accrue: '账户计提利息', deposits_accrue: '定期计提利息', deposits_collect: '零存扣款', deposits_mature: '定期到期处理', accounts_capitalise: '结息入账', accounts_dormancy: '休眠账户处理', statements_close_month: '月度账单封存' },
    },
    operation: { pay_out: '付款', collect: '收款', refund: '退款', verify_card: '验卡', verify_account: '验账户', recall: '追回' },
    counterparty: { bank_account: '银行账户', card: '银行卡', wallet: '电子钱包', none: '不涉及对方' },
    circuit: { closed: '正常', half_open: '试探恢复', open: '已熔断', closed_why: '照常使用', half_open_why: '少量放行，看是否恢复', open_why: '暂不使用，稍后自动试探' },
    order: { cost: '成本最低', success: '成功率最高', latency: '最快' },
    action: { give_up: '不再尝试', change_data: '请客户更正', other_channel: '换通道', retry_later: '稍后再试', inquire: '查询结果', person: '人工处理' },
    channel: { none: '没有接入支付通道', none_why: '现在只能行内转账；接入通道后会出现在这里。', channel: '通道', name: '代号', circuit: '熔断器', good: '成功率', latency: '平均用时', answers: '近期应答', does: '可办业务', health_note: '成功率与用时按近期应答计算。连续失败的通道会自动熔断，恢复前付款走其他通道。', unknown: '没有这个通道', of_answers: '近期 {n} 次应答' },
    reason: { words: '说明', reason: '内部代码', iso: 'ISO 代码', channel: '通道代码', action: '处理办法', every: '所有通道' },
    trial: { title: '试算：一笔付款走哪条通道', operation: '业务', to: '对方', amount: '金额', amount_wrong: '请填写金额', nowhere: '没有可用的通道', by: '依据规则 {rule}', by_default: '没有专门的规则，按成本从低到高。' },
    rule: {
      title: '路由规则', add: '新增规则', none: '没有路由规则', none_why: '没有规则时，付款走成本最低的可用通道。', position: '顺序', code: '规则代码', about: '适用', preferred: '优先', excluded: '不使用', acts: '操作', all_operations: '所有业务', end_title: '终止规则 {code}',
      change_title: '修改路由规则', code_hint: '小写字母、数字、下划线', position_hint: '小的在前', order: '其余按', min: '最低金额（选填）', max: '最高金额（选填）', first: '首选通道', no_first: '不指定',
    },
    terms: {
      endless: '不限',
      title: '业务与条款', state: '状态', fee: '成本', range: '金额范围', hours: '时间', free: '免费', at_most: '，最多 {most}', always: '全天', business_days: '仅工作日', on: '使用中', off: '未使用', change: '修改{operation}条款', offered: '使用这项业务', offered_note: '关闭后不再有新的付款走这里',
      of: { fixed: '固定费用', rate: '费率（0.005 即 0.5%）', least: '最低费用', most: '最高费用（选填）', min: '最低金额', max: '最高金额', opens: '开始时间', closes: '结束时间' },
    },
    amount: '金额', open: '打开', no_id: '这不是一个编号',
    views: { unknown: '结果未知', recalls: '逾期追回', health: '健康状况', routing: '路由', reasons: '拒绝原因', breaks: '差错', days: '对账日', suspense: '挂账', transactions: '交易', reports: '报表', limits: '限额', fees: '手续费', rates: '利率与汇率' },
    payment: {
      title: '付款', find: '按付款编号查找', find_hint: '粘贴编号或链接', unknown: '结果未知的付款', none: '没有结果未知的付款', none_why: '每笔发往通道的付款都有了结果。', ordered: '发起', kind: '类型', facts: '要素', way: '经过', uetr: '全球追踪号',
      of: { book_transfer: '行内转账', credit_transfer: '跨行转账', top_up: '充值', withdrawal: '提现', refund: '退款', incoming: '来账', return: '退汇', verification: '小额验证' },
      inquire: '立即查询', asked: '已让通道立即答复，结果会出现在经过里。', resolve: '人工确认结果', resolve_why: '只在通道以其他方式告知结果时使用。两人同意后入账；通道先答复的，以答复为准。', unknown_why: '钱仍被扣住，没有记账。系统会不断向通道查询，查到即处理。', outcome: '通道告知的结果',
      executed: '已执行', executed_why: '对方已收到，扣款入账', not_executed: '未执行', not_executed_why: '对方未收到，钱退回付款人',
    },
    why: {
      initiated: '发起', approval_needed: '需要另一人同意', approved: '已同意', screened: '检查通过', money_held: '已扣住款项', handed_to_channel: '交给通道', no_answer: '通道没有答复', amount_differs: '通道所报金额不同', in_process: '通道处理中', executed: '通道已执行', not_executed: '通道未执行', refused: '被拒绝', booked: '已记账', came_back: '款项退回', cancelled: '已撤销', expired: '逾时未付款', not_approved: '未获同意', resolved_by_hand: '两人确认结果',
    },
    outcome: { done: '已执行', not_done: '未执行', pending: '处理中', unknown: '未知', waiting: '等待答复' },
    attempt: { title: '通道往来', sent: '发出', outcome: '结果', inquiries: '查询次数', codes: '原因', reference: '通道流水号', route: '当时的选择' },
    recall: {
      title: '追回', ask: '请求追回', why: '请对方银行和收款人退回。对方可以不同意；退回前钱不会动。', none: '没有请求过追回。', note: '补充说明', go: '发出请求', asked: '已发出追回请求。',
      of: { DUPL: '重复付款', TECH: '系统差错', FRAD: '疑似诈骗', CUST: '客户要求', AC03: '收款账号有误', AM09: '金额有误' }, state: { requested: '待发出', sent: '已发出', unknown: '结果未知', accepted: '对方已同意', returned: '已退回', refused: '对方未同意' },
      overdue: '对方银行久未答复，系统不再查询。请联系对方银行。', overdue_accepted: '对方银行已同意退回，但款项一直未到，系统不再查询。请联系对方银行。', again: '再问一次', asked_again: '已再次询问对方银行，结果会出现在这里。', close: '提出了结', close_why: '对方银行以其他方式告知不予退回时使用。两人同意后记为对方未同意；之后仍退回的款项照常入账。',
      since: '等待自', age: '已等', bank: '收款行', no_overdue: '没有逾期的追回', no_overdue_why: '对方银行 15 天未答复，或同意后 3 天款项未到的，会出现在这里。',
    },
    break: {
      title: '差错', state: '状态', kind: '类型', reference: '流水号', day: '账期', age: '账龄', days: '{n} 天', ours: '我方', theirs: '对方', less_ours: '减：我方', difference: '差额', only: { open: '未结', closed: '已结' }, none: '没有未结的差错', none_why: '账上与通道、银行一致。', pair: '对账双方', in_suspense: '挂账金额', history: '处理经过', advice: '建议',
      of: { missing_here: '我方无', missing_there: '对方无', amount: '金额不符', doubled: '重复', day: '日期不符', status: '状态不符' }, is: { open: '待处理', investigating: '处理中', cleared: '已自行消除', resolved: '已处理' }, between: { channel: '账上与通道', bank: '通道与银行', suspense: '挂账' },
      did: { opened: '发现差错', changed: '情况有变', assigned: '换了经办人', noted: '记录', cleared: '已自行消除', resolved: '两人同意处理' },
      take: '由我处理', leave: '不再由我处理', resolve: '提出处理方案', note: '记录进展', note_go: '记下', account: '转入账户', account_hint: '总账账户的编号或科目代码', from_suspense: '从挂账转出', to_account: '转入该账户', nothing_moves: '这笔差错没有挂账，确认后结案，不记账。',
    },
    day: { lines: '笔数', exact: '完全一致', tolerant: '容差一致', many: '多对一', broken: '差错', net: '净额', fees: '费用', at: '对账时间', none: '还没有对过账', none_why: '收到通道的对账文件后自动对账。' },
    suspense: { balance: '挂账余额', explained: '差错已说明', unexplained: '未说明', cases: '差错笔数', oldest: '最早', none: '没有挂账', none_why: '挂账账户都是零。' },
    category: { asset: '资产', liability: '负债', equity: '权益', income: '收入', expense: '支出', memorandum: '表外' },
    ledger: {
      title: '交易 #{n}', transaction: '总账交易', see: '查看交易', open: '粘贴交易编号直接打开', number: '序号', booked: '记账时间', effective: '起息日', expires: '到期释放', type: '类型', kind: '性质', reference: '附言或流水号', account_id: '账户编号', state: '状态', id: '交易编号', none: '没有交易', none_why: '记账之后会出现在这里。',
      is: { pending: '未决', resolved: '已了结', reversed: '已冲正', partly_reversed: '部分冲正', unreversed: '未冲正' }, of: { posted: '已记账', pending: '圈存', capture: '请款', void: '解除', expiry: '到期解除', reversal: '冲正' },
      postings: '分录', line: '行', debit: '借方', credit: '贷方', moves_nothing: '这笔交易不动账', target: '针对的交易', resolved_by: '由此了结', reverse: '提出冲正', reverse_why: '原交易保留，另记一笔方向相反的分录。两人同意后记账。',
      account: '总账账户', category: '类别', code: '科目代码', asset: '币种与精度', posted: '账面余额', coming: '在途转入', going: '在途转出', entries: '明细', balance: '余额', side: '方向', no_entries: '没有明细',
      status: { active: '正常', part_frozen: '部分冻结', debit_frozen: '只进不出', credit_frozen: '只出不进', frozen: '冻结', closed: '已销户' },
    },
    proof: {
      title: '存证', how: '第 {index} 片叶，共 {size} 片；经 {n} 步算到根。', path: '从叶到根', leaf: '本笔交易', position: '叶 {n}', step: '第 {n} 步', root: '根', signed: '签名密钥 {key}，',
    },
    report: { trial: '试算平衡', balance: '资产负债', income: '损益', on: '截至', none: '没有可列的账户', none_why: '这一天之前没有记账。', others: '其余账户合计', debits: '借方合计', credits: '贷方合计', assets: '资产', liabilities: '负债', equity: '权益', earnings: '累计损益', earned: '收入', expense: '支出', profit: '净损益', adds_up_trial: '借贷相等', adds_up_balance: '资产等于负债加权益', differs: '相差 {amount}' },
    limit: {
      name: '限额', maximum: '上限', window: '周期', whom: '适用客户', raise: '可临时调高至', beyond: '超过时', times: '{n} 笔', everybody: '所有客户', person: '个人', organisation: '单位', level: '认证等级 {n}', counted: '按什么累计', tally: '累计项', versions: '历次版本', holds: '现行', past: '已过', end: '提出终止', end_why: '两人同意后不再适用。', change: '提出修改', new_amount: '新上限（{currency}）', new_count: '新笔数', now: '现为 {amount}',
      per: { transaction: '单笔', day: '每日', month: '每月', year: '每年', rolling: '每 {n} 小时' }, then: { refuse: '拒绝', refuse_why: '付款不会发出', review: '转人工', review_why: '等候人工审核' }, by: { party: '客户', product: '产品', channel: '通道', device: '设备', counterparty: '对方' },
    },
    fee: {
      vat: '手续费所含增值税', vat_change: '修改税率', vat_rate: '税率（0.06 即 6%）', add: '新增收费规则', none: '没有收费规则', none_why: '没有规则的付款免费。', change: '修改收费规则', kind: '付款类型', title_zh: '中文名称', title_en: '英文名称', band: '第 {n} 档', add_band: '增加一档', drop_band: '去掉最后一档', from: '金额起点', flat: '每笔固定', rate: '按金额', least: '最低', most: '最高',
      of: { book_transfer: '行内转账', credit_transfer: '跨行转账', top_up: '充值', withdrawal: '提现' },
    },
    rate: { interest: '账户利率', reference: '限额折算汇率', product: '产品', currency: '币种', annual: '年利率', mode: '计息方式', day_count: '计息基础', from: '生效日', cny: '一单位折人民币', by: { whole: '全额按档', slice: '分段按档' }, change: '修改利率：{what}', annual_in: '年利率（0.0005 即 0.05%）', now: '现为 {rate}', quote: '修改 {currency} 折算汇率' },
  },
}

export default operations
