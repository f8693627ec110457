"""Deposits."""

from collections.abc import Mapping
from typing import Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import AMOUNT, COUNT, DAY, ID, PERCENT, PHRASE
from tongbao.engagement.notices.service.declaring import tell
from tongbao.kernel.text import Text
from tongbao.products.deposits.events import (
    DepositBroken,
    DepositDrawn,
    DepositMatured,
    DepositOpened,
    DepositPaidOut,
    DepositRenewed,
    InstalmentMissed,
    MaturityNear,
    NoticeEnded,
    NoticeFallsDue,
    PlanLapsed,
)

_LINK: Final = "/deposits/{deposit_id}"
_INSTRUCTIONS: Final[Mapping[str, Text]] = {
    "pay_out": Text(zh="本息转入结算账户", en="all of it goes to your account"),
    "renew_principal": Text(
        zh="本金转存，利息转入结算账户", en="the principal is renewed and the interest paid out"
    ),
    "renew_all": Text(zh="本息一并转存", en="principal and interest are renewed"),
    "hold": Text(zh="不自动处理，到期后按活期计息", en="nothing; it waits at the demand rate"),
}
_AS_AGREED: Final = Text(zh="按约定处理", en="what was agreed")

OPENED: Final = notice(
    "deposits.opened",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "amount": AMOUNT},
    title=Text(zh="存款已开立 {amount}", en="Deposited {amount}"),
    body=Text(
        zh="{amount} 已存入，利率与期限见存款详情。",
        en="{amount} is deposited; its rate and term are on the deposit's page.",
    ),
    sms=Text(zh="存款{amount}已开立。", en="{amount} is deposited."),
    link=_LINK,
)
MATURITY_NEAR: Final = notice(
    "deposits.maturity_near",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "principal": AMOUNT, "on": DAY, "then": PHRASE},
    title=Text(zh="存款将于 {on} 到期", en="A deposit matures on {on}"),
    body=Text(
        zh="您的存款 {principal} 将于 {on} 到期，届时{then}。到期前一日以前可登录更改。",
        en="Your deposit of {principal} matures on {on}. Then: {then}. Log in to change that until "
        "the day before.",
    ),
    sms=Text(
        zh="存款{principal}将于{on}到期，届时{then}。",
        en="Your deposit of {principal} matures on {on}: {then}.",
    ),
    link=_LINK,
)
MATURED: Final = notice(
    "deposits.matured",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "principal": AMOUNT},
    title=Text(zh="存款已到期，待您处理", en="A deposit has matured and waits for you"),
    body=Text(
        zh="您的存款 {principal} 已到期，现按活期利率计息。请登录支取或转存。",
        en="Your deposit of {principal} has matured and earns the demand rate now. Log in to "
        "withdraw it or to deposit it again.",
    ),
    sms=Text(
        zh="存款{principal}已到期，现按活期计息，请登录处理。",
        en="Your deposit of {principal} has matured; log in to decide what then.",
    ),
    link=_LINK,
)
RENEWED: Final = notice(
    "deposits.renewed",
    category=Category.DEPOSITS,
    places={
        "renewed_as": ID,
        "principal": AMOUNT,
        "interest": AMOUNT,
        "annual_rate": PERCENT,
        "on": DAY,
    },
    title=Text(zh="存款已转存 {principal}", en="A deposit was renewed: {principal}"),
    body=Text(
        zh="存款已转存：本金 {principal}，上期利息 {interest}，年利率 {annual_rate}，{on} 到期。",
        en="A deposit was renewed: principal {principal}, interest of the last term {interest}, "
        "{annual_rate} a year, until {on}.",
    ),
    sms=Text(
        zh="存款已转存，本金{principal}，年利率{annual_rate}，{on}到期。",
        en="Deposit renewed: {principal} at {annual_rate} a year until {on}.",
    ),
    link="/deposits/{renewed_as}",
)
PAID_OUT: Final = notice(
    "deposits.paid_out",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "principal": AMOUNT, "interest": AMOUNT},
    title=Text(zh="存款已支取 {principal}", en="A deposit was paid out: {principal}"),
    body=Text(
        zh="存款已转入您的账户：本金 {principal}，利息 {interest}。",
        en="A deposit is in your account: principal {principal}, interest {interest}.",
    ),
    sms=Text(
        zh="存款已转入账户：本金{principal}，利息{interest}。",
        en="Deposit paid out: principal {principal}, interest {interest}.",
    ),
    link=_LINK,
)
BROKEN: Final = notice(
    "deposits.broken",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "principal": AMOUNT, "interest": AMOUNT, "remaining": AMOUNT},
    title=Text(zh="存款已提前支取 {principal}", en="Withdrawn early: {principal}"),
    body=Text(
        zh="提前支取本金 {principal}，按活期计息 {interest}，剩余 {remaining}。"
        "如非本人操作，请立即联系我们。",
        en="{principal} was withdrawn before its time, with interest of {interest} at the demand "
        "rate; {remaining} remains. If this was not you, contact us at once.",
    ),
    sms=Text(
        zh="存款提前支取{principal}，利息{interest}。非本人操作请立即联系我们。",
        en="{principal} withdrawn early, interest {interest}. Not you? Contact us.",
    ),
    link=_LINK,
)
INSTALMENT_MISSED: Final = notice(
    "deposits.instalment_missed",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "number": COUNT, "amount": AMOUNT, "by": DAY},
    title=Text(zh="零存整取漏存第 {number} 期", en="Instalment {number} was missed"),
    body=Text(
        zh="第 {number} 期 {amount} 未存入，{by} 前补存即可，利息不受影响。",
        en="Instalment {number} of {amount} was not paid. Make it up by {by} and nothing is lost.",
    ),
    sms=Text(
        zh="零存整取第{number}期{amount}未存入，请于{by}前补存。",
        en="Instalment {number} of {amount} was missed; make it up by {by}.",
    ),
    link=_LINK,
)
PLAN_LAPSED: Final = notice(
    "deposits.plan_lapsed",
    category=Category.DEPOSITS,
    places={"deposit_id": ID},
    title=Text(zh="零存整取已违约", en="An instalment plan has lapsed"),
    body=Text(
        zh="漏存未在期限内补存。此前存入的部分照约定计息，此后存入的按活期计息。",
        en="A missed instalment was not made up in time. What was paid before earns as agreed; "
        "what is paid from now on earns the demand rate.",
    ),
    sms=Text(
        zh="零存整取漏存未补，此后存入按活期计息。",
        en="A missed instalment was not made up: later ones earn the demand rate.",
    ),
    link=_LINK,
)
NOTICE_DUE: Final = notice(
    "deposits.notice_falls_due",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "amount": AMOUNT, "on": DAY},
    title=Text(zh="通知存款将于 {on} 支取", en="A withdrawal you announced is on {on}"),
    body=Text(
        zh="您已通知于 {on} 支取 {amount}。请在当日支取，逾期将损失该期利息。",
        en="You announced to withdraw {amount} on {on}. Withdraw it that day: if it is missed, "
        "interest is lost.",
    ),
    sms=Text(
        zh="您通知于{on}支取{amount}，请当日支取，逾期损失利息。",
        en="Withdraw {amount} on {on} as announced; if missed, interest is lost.",
    ),
    link=_LINK,
)
NOTICE_MISSED: Final = notice(
    "deposits.notice_missed",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "amount": AMOUNT},
    title=Text(zh="通知支取已逾期", en="An announced withdrawal was missed"),
    body=Text(
        zh="您通知支取的 {amount} 未在当日支取，该通知期不计息。需要时请重新通知。",
        en="The withdrawal of {amount} you announced was not made on its day, so its period earns "
        "nothing. Announce another when you need it.",
    ),
    sms=Text(
        zh="通知支取{amount}已逾期，该期不计息。",
        en="The announced withdrawal of {amount} was missed; its period earns nothing.",
    ),
    link=_LINK,
)
DRAWN: Final = notice(
    "deposits.drawn",
    category=Category.DEPOSITS,
    places={"deposit_id": ID, "principal": AMOUNT, "interest": AMOUNT, "remaining": AMOUNT},
    title=Text(zh="通知存款已支取 {principal}", en="Withdrawn: {principal}"),
    body=Text(
        zh="已支取本金 {principal}，利息 {interest}，剩余 {remaining}。",
        en="{principal} was withdrawn with interest of {interest}; {remaining} remains.",
    ),
    sms=Text(
        zh="通知存款支取{principal}，利息{interest}，剩余{remaining}。",
        en="{principal} withdrawn, interest {interest}, {remaining} remains.",
    ),
    link=_LINK,
)

tell(
    DepositOpened,
    OPENED,
    lambda event: {"deposit_id": event.deposit_id, "amount": event.amount},
)
tell(
    MaturityNear,
    MATURITY_NEAR,
    lambda event: {
        "deposit_id": event.deposit_id,
        "principal": event.principal,
        "on": event.matures_on,
        "then": _INSTRUCTIONS.get(event.instruction, _AS_AGREED),
    },
)
tell(
    DepositMatured,
    MATURED,
    lambda event: {"deposit_id": event.deposit_id, "principal": event.principal},
)
tell(
    DepositRenewed,
    RENEWED,
    lambda event: {
        "renewed_as": event.renewed_as,
        "principal": event.principal,
        "interest": event.interest,
        "annual_rate": event.annual_rate,
        "on": event.matures_on,
    },
)
tell(
    DepositPaidOut,
    PAID_OUT,
    lambda event: {
        "deposit_id": event.deposit_id,
        "principal": event.principal,
        "interest": event.interest,
    },
)
for _event, _notice in ((DepositBroken, BROKEN), (DepositDrawn, DRAWN)):
    tell(
        _event,
        _notice,
        lambda event: {
            "deposit_id": event.deposit_id,
            "principal": event.principal,
            "interest": event.interest,
            "remaining": event.remaining,
        },
    )
tell(
    InstalmentMissed,
    INSTALMENT_MISSED,
    lambda event: {
        "deposit_id": event.deposit_id,
        "number": event.number,
        "amount": event.amount,
        "by": event.make_up_by,
    },
)
tell(PlanLapsed, PLAN_LAPSED, lambda event: {"deposit_id": event.deposit_id})
tell(
    NoticeFallsDue,
    NOTICE_DUE,
    lambda event: {
        "deposit_id": event.deposit_id,
        "amount": event.amount,
        "on": event.draws_on,
    },
)
tell(
    NoticeEnded,
    NOTICE_MISSED,
    lambda event: {"deposit_id": event.deposit_id, "amount": event.amount},
    when=lambda event: event.outcome == "missed",
)
