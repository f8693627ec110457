"""The words of agreements about deposits; `templates` says what may stand in their places."""

# A clause is one line, as in the signed text.
# ruff: noqa: E501 - and Chinese has punctuation of its own

from typing import Final

from tongbao.kernel.text import Text

TIME_DEPOSIT: Final = Text(
    zh="""\
定期存款协议（整存整取）

存款银行：{bank_name}
存款人：{holder_name}

第一条 存款。{product}，{currency} {amount}（{amount_capitals}），自结算账户 {account_number} 转入。
第二条 存期。{months} 个月，自 {starts_on} 起至 {matures_on} 止，算头不算尾；无对应日的，以当月最后一日为到期日。
第三条 利率与计息。年利率 {annual_rate_percent}%，存期内不因利率调整而变动。整月按年利率的十二分之一计息，零头天数按年利率的三百六十分之一逐日计息，结果四舍五入至分。
第四条 到期。到期处理方式：{instruction}。到期日前一日之前可以更改。到期日遇法定节假日且约定转入结算账户的，顺延至下一个营业日支付，顺延期间按支付日挂牌的活期利率计息。
第五条 转存。约定转存的，自到期日起以到期日同档次挂牌利率转存相同存期；到期日无挂牌利率的，停止转存。
第六条 逾期。到期未支取且未约定转存的部分，超过存期的天数按支取日挂牌的活期利率计息。
第七条 提前支取。可以提前支取全部，或者提前支取一部分一次，提前支取的部分按支取日挂牌的活期利率计息，其余部分仍按第三条的利率计至到期；部分支取后的余额不得低于起存金额。
第八条 签署。本协议以电子方式签署，自存款人确认且款项转入时起生效；银行随后加盖电子印章，供双方及第三方验证。中文文本与英文文本不一致的，以中文文本为准。""",
    en="""\
Time deposit agreement

Bank: {bank_name}
Holder: {holder_name}

1. Deposit. {product}, {currency} {amount} ({amount_capitals}), paid in from the settlement account {account_number}.
2. Term. {months} months, from {starts_on} to {matures_on}; the first day counts, the last does not. Where a month lacks the day, its last day stands for it.
3. Interest. {annual_rate_percent} % a year, whatever becomes of the posted rates. Whole months earn a twelfth of the yearly rate each, odd days a three-hundred-and-sixtieth, rounded half up to the cent.
4. Maturity. What is done then: {instruction}. This can be changed until the day before. Where it is to be paid out and the day is a holiday, it is paid on the next business day, and the days between earn the demand rate posted for that day.
5. Renewal. Where renewal was agreed, a term of the same length follows from the day of maturity on, at the rate posted for that day; without a posted rate nothing is renewed.
6. After maturity. What is neither withdrawn nor renewed earns, for the days after the term, the demand rate posted for the day of withdrawal.
7. Early withdrawal. All of it, or once a part, can be withdrawn before maturity. What is withdrawn earns the demand rate posted for that day; the rest keeps the rate of 3 to maturity. What stays after a part is withdrawn is not less than the product's minimum.
8. Signature. This agreement is signed electronically and takes effect when the holder confirms it and the money is paid in; the bank then adds its electronic seal, by which both parties and others can verify it. If the Chinese and the English text differ, the Chinese text prevails.""",
)

INSTALMENT_SAVINGS: Final = Text(
    zh="""\
零存整取存款协议

存款银行：{bank_name}
存款人：{holder_name}

第一条 存款。{product}，每月 {currency} {amount}（{amount_capitals}），首期于 {starts_on} 自结算账户 {account_number} 转入。
第二条 存期。{months} 个月，共 {months} 期，至 {matures_on} 到期。此后每月对应日为存款日，无对应日的，以当月最后一日为存款日。
第三条 扣款授权。存款人授权银行自存款日起每日清晨从结算账户扣收当期及漏存的款项，直至补齐；存款人也可以自行缴存。
第四条 漏存。漏存一期的，可以在次月补存；次月仍未补存的视为违约：违约前存入的部分仍按第五条计息，违约后存入的部分按支取日挂牌的活期利率和实际天数计息。
第五条 利率与计息。年利率 {annual_rate_percent}%，存期内不因利率调整而变动。到期时按累计月积数计息：每期存款乘以存入当月起至到期的月数，合计后乘以年利率的十二分之一，四舍五入至分。
第六条 到期。到期处理方式：{instruction}。到期日前一日之前可以更改。到期日遇法定节假日且约定转入结算账户的，顺延至下一个营业日支付；到期后的天数按支取日挂牌的活期利率计息。
第七条 提前支取。可以提前支取全部，不能部分支取；提前支取的，每期按实际天数和支取日挂牌的活期利率计息。
第八条 签署。本协议以电子方式签署，自存款人确认且首期转入时起生效；银行随后加盖电子印章，供双方及第三方验证。中文文本与英文文本不一致的，以中文文本为准。""",
    en="""\
Instalment savings agreement

Bank: {bank_name}
Holder: {holder_name}

1. Deposit. {product}, {currency} {amount} a month ({amount_capitals}), the first instalment paid in from the settlement account {account_number} on {starts_on}.
2. Term. {months} months and {months} instalments, to {matures_on}. Instalments are due on the same day of each following month; where a month lacks the day, its last day stands for it.
3. Collection. The holder authorises the bank to collect, each morning from the due date on, what is due and what was missed from the settlement account until it is paid. The holder can pay it in as well.
4. A missed instalment can be made up in the following month. If it is not, the plan lapses: what was paid before still earns interest by 5, what is paid after it earns the demand rate posted for the day of withdrawal, for its actual days.
5. Interest. {annual_rate_percent} % a year, whatever becomes of the posted rates. At maturity by accumulated products: each instalment times the months from the one it was paid in to maturity; their sum times a twelfth of the yearly rate, rounded half up to the cent.
6. Maturity. What is done then: {instruction}. This can be changed until the day before. Where it is to be paid out and the day is a holiday, it is paid on the next business day; days after maturity earn the demand rate posted for the day of withdrawal.
7. Early withdrawal. All of it can be withdrawn before maturity, not a part; each instalment then earns the demand rate posted for that day, for its actual days.
8. Signature. This agreement is signed electronically and takes effect when the holder confirms it and the first instalment is paid in; the bank then adds its electronic seal, by which both parties and others can verify it. If the Chinese and the English text differ, the Chinese text prevails.""",
)

NOTICE_DEPOSIT: Final = Text(
    zh="""\
通知存款协议

存款银行：{bank_name}
存款人：{holder_name}

第一条 存款。{product}，{currency} {amount}（{amount_capitals}），于 {starts_on} 自结算账户 {account_number} 转入，不约定存期。
第二条 通知。支取须提前 {notice_days} 天通知银行，约定支取日期和金额。同时只能有一项未到期的通知。
第三条 计息。按实际存期和支取日挂牌的通知存款利率计息（开户日为年利率 {annual_rate_percent}%），日利率为年利率除以 360，利随本清，四舍五入至分。
第四条 按活期利率计息的情形。实际存期不足通知期限的；未提前通知而支取的部分；已通知而提前或逾期支取的部分；支取金额不足约定金额的不足部分（通知期限内）和超过约定金额的超过部分；支取金额低于最低支取金额的。
第五条 通知的取消。已通知而不支取，或者取消通知的，所通知的金额在通知期限内不计息，自下一次支取的利息中扣除。
第六条 余额。部分支取后的余额不得低于 {currency} {minimum}，否则须全部支取；留存部分自原开户日起计息。
第七条 签署。本协议以电子方式签署，自存款人确认且款项转入时起生效；银行随后加盖电子印章，供双方及第三方验证。中文文本与英文文本不一致的，以中文文本为准。""",
    en="""\
Notice deposit agreement

Bank: {bank_name}
Holder: {holder_name}

1. Deposit. {product}, {currency} {amount} ({amount_capitals}), paid in from the settlement account {account_number} on {starts_on}, without a term.
2. Notice. A withdrawal is announced {notice_days} days before, with its day and amount. There is one open notice at a time.
3. Interest. For the time really deposited, at the notice rate posted for the day of withdrawal ({annual_rate_percent} % a year on the day of opening), by the day at a three-hundred-and-sixtieth of it, paid with what is withdrawn and rounded half up to the cent.
4. The demand rate applies instead: where the money was here for less than the notice period; to what is withdrawn without notice; to what was announced and is withdrawn earlier or later; to what was announced and not withdrawn, for the notice period, and to what is withdrawn beyond it; and to withdrawals of less than the smallest one.
5. A notice that is cancelled or not used: the amount announced earns nothing for the notice period, which is taken off the interest of the next withdrawal.
6. What stays after a part is withdrawn is not less than {currency} {minimum}; otherwise all of it is withdrawn. What stays keeps its first day.
7. Signature. This agreement is signed electronically and takes effect when the holder confirms it and the money is paid in; the bank then adds its electronic seal, by which both parties and others can verify it. If the Chinese and the English text differ, the Chinese text prevails.""",
)
