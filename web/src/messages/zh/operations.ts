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
    channel: { health: '健康状况', routing: '路由', reasons: '拒绝原因', channel: '通道', circuit: '熔断器', good: '成功率', latency: '平均用时', answers: '近期应答', does: '可办业务', health_note: '成功率与用时按近期应答计算。连续失败的通道会自动熔断，恢复前付款走其他通道。', unknown: '没有这个通道', of_answers: '近期 {n} 次应答' },
    reason: { find: '搜索原因、代码、通道', words: '说明', reason: '内部代码', iso: 'ISO 代码', channel: '通道代码', action: '处理办法', every: '所有通道' },
    trial: { title: '试算：一笔付款走哪条通道', operation: '业务', to: '对方', amount: '金额', amount_wrong: '请填写金额', nowhere: '没有可用的通道', by: '依据规则 {rule}', by_default: '没有专门的规则，按成本从低到高。' },
    rule: {
      title: '路由规则', add: '新增规则', none: '没有路由规则', none_why: '没有规则时，付款走成本最低的可用通道。', position: '顺序', code: '规则代码', about: '适用', preferred: '优先', excluded: '不使用', acts: '操作', all_operations: '所有业务', end_title: '终止规则 {code}',
      change_title: '修改路由规则', code_hint: '小写字母、数字、连字符', position_hint: '小的在前', order: '其余按', min: '最低金额（选填）', max: '最高金额（选填）', first: '首选通道', no_first: '不指定',
    },
    terms: {
      title: '业务与条款', state: '状态', fee: '成本', range: '金额范围', hours: '时间', free: '免费', at_most: '，最多 {most}', always: '全天', business_days: '仅工作日', on: '使用中', off: '未使用', change: '修改{operation}条款', offered: '使用这项业务', offered_note: '关闭后不再有新的付款走这里',
      of: { fixed: '固定费用', rate: '费率（0.005 即 0.5%）', least: '最低费用', most: '最高费用（选填）', min: '最低金额', max: '最高金额', opens: '开始时间', closes: '结束时间' },
    },
  },
}

export default operations
