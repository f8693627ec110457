"""Accounts: opened, restrained, asleep, closed. Each change is told by the event that says why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tongbao.core.accounts.events import (
    AccountAwakened,
    AccountClosed,
    AccountFellAsleep,
    AccountOpened,
    AccountRestrained,
    AmountDeducted,
    DormancyApproaching,
    RestraintEnded,
    RestraintExtended,
)
from tongbao.engagement.notices.domain import Notice
from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import ACCOUNT, AMOUNT, DAY, ID, MOMENT, PHRASE, Place
from tongbao.engagement.notices.service.declaring import Telling, Told, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.events import Event
from tongbao.kernel.text import Text

_STOPS: Final[Mapping[str, Text]] = {
    "debit": Text(zh="只收不付", en="receives but does not pay"),
    "credit": Text(zh="只付不收", en="pays but does not receive"),
    "all": Text(zh="不收不付", en="neither pays nor receives"),
    "amount": Text(zh="部分金额不能动用", en="keeps an amount that cannot be used"),
}
_STOPPED: Final = Text(zh="使用受限", en="is limited in its use")
_ACCOUNT: Final[Mapping[str, Place[Any]]] = {"account": ACCOUNT, "account_id": ID}
_LINK: Final = "/accounts/{account_id}"

OPENED: Final = notice(
    "accounts.opened",
    category=Category.ACCOUNTS,
    places=_ACCOUNT,
    title=Text(zh="新账户已开立", en="Your new account is open"),
    body=Text(
        zh="账户 {account} 已开立，现在就可以收付款。",
        en="Account {account} is open; you can pay and be paid from now on.",
    ),
    sms=Text(zh="您的新账户{account}已开立。", en="Your new account {account} is open."),
    link=_LINK,
)
RESTRAINED: Final = notice(
    "accounts.restrained",
    category=Category.ACCOUNTS,
    critical=True,
    places={**_ACCOUNT, "stop": PHRASE, "from": MOMENT},
    title=Text(zh="账户 {account} 受到限制", en="Account {account} is restrained"),
    body=Text(
        zh="您的账户 {account} 自 {from} 起{stop}。可以告知的原因见账户详情，如有疑问请联系我们。",
        en="Your account {account} {stop} from {from} on. What may be said of the reason is on the "
        "account's page; if you have a question, contact us.",
    ),
    sms=Text(
        zh="您的账户{account}自{from}起{stop}，详情请登录查看。",
        en="Your account {account} {stop} from {from} on. Log in to see more.",
    ),
    link=_LINK,
)
EXTENDED: Final = notice(
    "accounts.restraint_extended",
    category=Category.ACCOUNTS,
    critical=True,
    places={**_ACCOUNT, "until": MOMENT},
    title=Text(zh="账户 {account} 的限制已延长", en="Account {account} stays restrained"),
    body=Text(
        zh="您的账户 {account} 的限制延长至 {until}。如有疑问请联系我们。",
        en="The restraint on your account {account} was extended until {until}. If you have a "
        "question, contact us.",
    ),
    sms=Text(
        zh="您的账户{account}的限制延长至{until}。",
        en="The restraint on account {account} lasts until {until}.",
    ),
    link=_LINK,
)
RELEASED: Final = notice(
    "accounts.restraint_ended",
    category=Category.ACCOUNTS,
    critical=True,
    places=_ACCOUNT,
    title=Text(zh="账户 {account} 的一项限制已结束", en="A restraint on {account} has ended"),
    body=Text(
        zh="您的账户 {account} 的一项限制已结束。是否还有其他限制，请登录查看。",
        en="A restraint on your account {account} has ended. Log in to see whether there is "
        "another.",
    ),
    sms=Text(
        zh="您的账户{account}的一项限制已结束。", en="A restraint on account {account} has ended."
    ),
    link=_LINK,
)
DEDUCTED: Final = notice(
    "accounts.amount_deducted",
    category=Category.ACCOUNTS,
    critical=True,
    places={**_ACCOUNT, "amount": AMOUNT},
    title=Text(zh="已依法扣划 {amount}", en="{amount} was deducted by order"),
    body=Text(
        zh="依有权机关的通知，已从您的账户 {account} 扣划 {amount}。详情请登录查看。",
        en="By order of an authority, {amount} was deducted from your account {account}. Log in to "
        "see more.",
    ),
    sms=Text(
        zh="已依法从账户{account}扣划{amount}。",
        en="{amount} was deducted from account {account} by order.",
    ),
    link=_LINK,
)
DORMANCY_NEAR: Final = notice(
    "accounts.dormancy_approaching",
    category=Category.ACCOUNTS,
    places={**_ACCOUNT, "on": DAY},
    title=Text(zh="账户 {account} 将转为不动户", en="Account {account} is about to fall asleep"),
    body=Text(
        zh="您的账户 {account} 很久没有使用，将于 {on} 转为不动户：只收不付，直到您唤醒。"
        "在此之前动用一次即可避免。",
        en="You have not used account {account} for long. On {on} it falls asleep: it receives, "
        "and pays nothing until you awaken it. Move something on it before then to keep it awake.",
    ),
    sms=Text(
        zh="账户{account}久未使用，{on}将转为不动户，动用一次即可避免。",
        en="Account {account} falls asleep on {on} unless you use it before.",
    ),
    link=_LINK,
)
ASLEEP: Final = notice(
    "accounts.fell_asleep",
    category=Category.ACCOUNTS,
    critical=True,
    places=_ACCOUNT,
    title=Text(zh="账户 {account} 已转为不动户", en="Account {account} has fallen asleep"),
    body=Text(
        zh="您的账户 {account} 因久未使用已转为不动户：照常收款，付款前请登录唤醒。"
        "钱和利息不受影响。",
        en="Your account {account} was not used for long and has fallen asleep: it receives, and "
        "pays again once you awaken it. Money and interest are as they were.",
    ),
    sms=Text(
        zh="账户{account}已转为不动户，付款前请登录唤醒。",
        en="Account {account} has fallen asleep; awaken it before you pay.",
    ),
    link=_LINK,
)
AWAKE: Final = notice(
    "accounts.awakened",
    category=Category.ACCOUNTS,
    critical=True,
    places=_ACCOUNT,
    title=Text(zh="账户 {account} 已唤醒", en="Account {account} is awake"),
    body=Text(
        zh="您的账户 {account} 已唤醒，可以付款。如非本人操作，请立即联系我们。",
        en="Your account {account} is awake and pays again. If this was not you, contact us at "
        "once.",
    ),
    sms=Text(
        zh="账户{account}已唤醒。非本人操作请立即联系我们。",
        en="Account {account} is awake. Not you? Contact us at once.",
    ),
    link=_LINK,
)
CLOSED: Final = notice(
    "accounts.closed",
    category=Category.ACCOUNTS,
    critical=True,
    places={**_ACCOUNT, "interest": AMOUNT, "paid_out": AMOUNT},
    title=Text(zh="账户 {account} 已销户", en="Account {account} is closed"),
    body=Text(
        zh="您的账户 {account} 已销户，结清利息 {interest}，转出 {paid_out}。对账单仍可查看。",
        en="Your account {account} is closed: interest of {interest} was settled and {paid_out} "
        "paid out. Its statements can still be read.",
    ),
    sms=Text(
        zh="账户{account}已销户，利息{interest}，转出{paid_out}。",
        en="Account {account} is closed; interest {interest}, paid out {paid_out}.",
    ),
    link=_LINK,
)


def _tell(
    event: type[Event], which: Notice, more: Callable[[Any], Mapping[str, Any]] = lambda _: {}
) -> None:
    """Declare that everybody who acts for an account's party is told of an event about it."""

    @tells(event)
    async def _(known: Known, happened: Any) -> Sequence[Telling]:  # noqa: ANN401
        account = await known.account(happened.account_id)
        values = {"account": account.number, "account_id": account.id, **more(happened)}
        return [Told(party_id=happened.party_id, notice=which, values=values)]


_tell(AccountOpened, OPENED)
_tell(
    AccountRestrained,
    RESTRAINED,
    lambda event: {"stop": _STOPS.get(event.stop, _STOPPED), "from": event.from_at},
)
_tell(RestraintExtended, EXTENDED, lambda event: {"until": event.until_at})
_tell(RestraintEnded, RELEASED)
_tell(AmountDeducted, DEDUCTED, lambda event: {"amount": event.amount})
_tell(DormancyApproaching, DORMANCY_NEAR, lambda event: {"on": event.dormant_on})
_tell(AccountFellAsleep, ASLEEP)
_tell(AccountAwakened, AWAKE)
_tell(
    AccountClosed,
    CLOSED,
    lambda event: {"interest": event.interest, "paid_out": event.paid_out},
)
