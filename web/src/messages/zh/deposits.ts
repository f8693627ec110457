/** Time, instalment and notice deposits. */
const deposits = {
  deposit: {
    open: '存一笔', mine: '我的存款', put_aside: '定期与通知存款合计', none: '还没有存款', none_why: '选一个期限，先看到期能拿多少，再决定存不存。', try: '算一算', over: '已结束 {n} 笔', rates: '今日利率', rates_note: '年利率为单利。到期前支取按活期利率计息。',
    from: '{amount} 起存', from_monthly: '每月 {amount} 起', yearly: '年利率 {rate}', matures: '到期', earn_more: '看看存定期多得多少利息',
    choose: '选择', sign: '核对签约', product: '存款产品', kind: '存款种类', term: '期限', amount: '存入金额', monthly: '每月存入', until: '打算哪天支取', until_why: '只用来试算，不算预约。', at_maturity: '到期怎么办',
    too_little: '最少 {amount}', not_offered: '这个币种（{currency}）暂时没有可选的存款。', next: '下一步：核对签约',
    kinds: { time: '整存整取', instalment: '零存整取', notice: '通知存款', time_why: '一次存入，到期支取，利率存入时就定好。', instalment_why: '每月存一笔，到期一起拿。', notice_why: '不定期限，支取前一天或七天通知银行。' },
    would_earn: '利息', principal: '本金', interest: '利息', on_day: '到手合计', a_day: '平均每天利息', a_day_at_last: '存满时每天利息', drawn_on: '支取日',
    instruction: {
      pay_out: '本息转回账户', renew_principal: '本金续存，利息转回账户', renew_all: '本息一起续存', hold: '先不动',
      pay_out_why: '到期当天自动转回结算账户。', renew_principal_why: '本金按到期日的利率再存一期，利息转回账户。', renew_all_why: '本金和利息一起按到期日的利率再存一期。', hold_why: '到期后按活期计息，等您来取。',
    },
    agreement: '存款协议', agreed: '我已读完协议并同意', confirm: '确认存入 {amount}', unknown: '上次提交后没有收到结果。再问一次即可，同一笔不会重复办理。', opened: '存好了', see: '查看这笔存款',
    state: { open: '存续中', matured: '已到期，待支取', paid_out: '已到期转回', renewed: '已续存', broken: '已提前支取', closed: '已支取完' },
    on_it: '本金', was_on_it: '当初存入', earned: '已计利息', rate: '年利率', started: '存入日', matures_on: '到期日', ended: '结束日', renewals: '续存', times: '{n} 次', about: '存款信息', number: '存款账号', settlement: '结算账户', settlement_why: '本息转回这个账户',
    compare: '现在支取与到期支取', if_kept: '存到 {day}', if_now: '今天全部支取', gets: '到手合计', loses: '今天支取，利息比到期少 {amount}。',
    take_early: '提前支取', take_out: '支取', draw: '支取', take_all: '全部', take_part: '一部分', part: '支取本金', to_settlement: '本息转入结算账户，马上到账。', confirm_out: '确认支取 {amount}', taken_out: '已支取 {amount}，转入结算账户', save: '保存', change: '更改',
  },
  plan: { title: '每月存入', number: '期次', due: '应存日', amount: '金额', state: '状态', paid: '已存', late: '补存', missed: '待补存', coming: '未到', pay: '现在存入 {amount}', lapsed: '自 {day} 起漏存未补，之后存入的按活期利率计息。' },
  notice: {
    title: '预约支取', why: '提前通知，支取的部分才按通知存款利率计息。', amount: '支取金额', on: '支取日期', give: '预约', given: '已预约 {day} 支取 {amount}', cancel: '取消预约', cancel_why: '取消或逾期不取，预约的金额在通知期内不计息。',
  },
  payout: { title: '支取记录', interest: '利息 {amount}', matured: '到期转回', renewed: '到期续存', broken: '提前支取', broken_part: '部分提前支取', drawn: '支取' },
}

export default deposits
