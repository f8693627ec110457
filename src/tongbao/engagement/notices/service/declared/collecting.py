"""Requests to pay and codes that payers show; what was paid is told with payments."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import ACCOUNT, AMOUNT, ID, MOMENT, Place
from tongbao.engagement.notices.service.declaring import PAYERS, Telling, Told, tell, tells
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.text import Text
from tongbao.products.collecting.events import (
    ChargeDeclined,
    PayCodeDisabled,
    PayCodeEnabled,
    RequestCancelled,
    RequestDeclined,
    RequestExpired,
    RequestFallsDue,
    RequestReceived,
)

_LINK: Final = "/requests/{request_id}"
_OF_A_REQUEST: Final[Mapping[str, Place[Any]]] = {"request_id": ID, "amount": AMOUNT}

RECEIVED: Final = notice(
    "collecting.request_received",
    category=Category.PAYMENTS,
    places={**_OF_A_REQUEST, "until": MOMENT},
    title=Text(zh="有人请您付款 {amount}", en="Somebody asks you for {amount}"),
    body=Text(
        zh="您收到一个 {amount} 的付款请求，{until} 前有效。请核对对方是谁、为什么，再付款或拒绝。",
        en="You are asked for {amount}, until {until}. See who asks and what for before you pay or "
        "refuse.",
    ),
    sms=Text(
        zh="您收到{amount}的付款请求，{until}前有效。请登录核对，勿向陌生人付款。",
        en="You are asked for {amount} until {until}. Log in to see who asks; do not pay "
        "strangers.",
    ),
    link=_LINK,
)
FALLS_DUE: Final = notice(
    "collecting.request_falls_due",
    category=Category.PAYMENTS,
    places={**_OF_A_REQUEST, "until": MOMENT},
    title=Text(zh="付款请求即将到期 {amount}", en="A request for {amount} ends soon"),
    body=Text(
        zh="一个付款请求尚有 {amount} 未付，{until} 到期。",
        en="{amount} of a request is still open, and it ends at {until}.",
    ),
    sms=Text(
        zh="付款请求尚有{amount}未付，{until}到期。",
        en="{amount} of a request is open until {until}.",
    ),
    link=_LINK,
)
CANCELLED: Final = notice(
    "collecting.request_cancelled",
    category=Category.PAYMENTS,
    places=_OF_A_REQUEST,
    title=Text(zh="付款请求已撤回", en="A request was taken back"),
    body=Text(
        zh="对方已撤回向您收取 {amount} 的请求，无需付款。",
        en="Whoever asked you for {amount} has taken that back; there is nothing to pay.",
    ),
    sms=Text(
        zh="{amount}的付款请求已撤回，无需付款。", en="A request for {amount} was taken back."
    ),
    link=_LINK,
)
DECLINED: Final = notice(
    "collecting.request_declined",
    category=Category.PAYMENTS,
    places=_OF_A_REQUEST,
    title=Text(zh="付款请求被拒绝", en="A request was declined"),
    body=Text(
        zh="对方拒绝支付您请求的 {amount}，理由见请求详情。",
        en="Your request was declined with {amount} open; the request says why.",
    ),
    sms=Text(zh="您的付款请求被拒绝，{amount}未付。", en="Your request for {amount} was declined."),
    link=_LINK,
)
EXPIRED: Final = notice(
    "collecting.request_expired",
    category=Category.PAYMENTS,
    places=_OF_A_REQUEST,
    title=Text(zh="付款请求已过期", en="A request is over"),
    body=Text(
        zh="您的付款请求已过期，{amount} 未付。",
        en="The time of your request is over with {amount} open.",
    ),
    sms=Text(zh="您的付款请求已过期，{amount}未付。", en="Your request ended; {amount} is open."),
    link=_LINK,
)
ENABLED: Final = notice(
    "collecting.pay_code_enabled",
    category=Category.SECURITY,
    critical=True,
    places={"account": ACCOUNT, "amount": AMOUNT},
    title=Text(zh="付款码已开通", en="Paying by codes is on"),
    body=Text(
        zh="账户 {account} 可出示付款码付款，单笔至多 {amount}。如非本人操作，请立即关闭。",
        en="Account {account} can be paid from by showing codes, at most {amount} at once. If this "
        "was not you, switch it off at once.",
    ),
    sms=Text(
        zh="账户{account}已开通付款码，单笔至多{amount}。非本人操作请立即关闭。",
        en="Paying by codes is on for account {account}, up to {amount}. Not you? Switch it off.",
    ),
    link="/pay-codes",
)
DISABLED: Final = notice(
    "collecting.pay_code_disabled",
    category=Category.SECURITY,
    places={"account": ACCOUNT},
    title=Text(zh="付款码已关闭", en="Paying by codes is off"),
    body=Text(
        zh="账户 {account} 的付款码已关闭，已出示的也不再有效。",
        en="Codes of account {account} are not taken any more, those shown already neither.",
    ),
    sms=Text(zh="账户{account}的付款码已关闭。", en="Paying by codes is off for {account}."),
    link="/pay-codes",
)
NOT_CHARGED: Final = notice(
    "collecting.charge_declined",
    category=Category.PAYMENTS,
    places={"account": ACCOUNT, "amount": AMOUNT},
    title=Text(zh="付款码扣款未成功 {amount}", en="A charge of {amount} was declined"),
    body=Text(
        zh="商户以付款码从账户 {account} 扣 {amount} 未成功：超过您设定的单笔上限，或暂不能付款。",
        en="A shop tried to charge {amount} to account {account} by your code: more than you allow "
        "at once, or you may not pay now.",
    ),
    sms=Text(
        zh="付款码扣款{amount}未成功，账户{account}未变动。",
        en="A charge of {amount} to account {account} was declined.",
    ),
    link="/pay-codes",
)


def _asked(event: RequestReceived | RequestFallsDue) -> dict[str, object]:
    return {**_of(event), "until": event.expires_at}


def _of(
    event: RequestReceived | RequestFallsDue | RequestCancelled | RequestDeclined | RequestExpired,
) -> dict[str, object]:
    return {"request_id": event.request_id, "amount": event.amount}


tell(RequestReceived, RECEIVED, _asked, roles=PAYERS)
tell(RequestFallsDue, FALLS_DUE, _asked, roles=PAYERS)
tell(RequestCancelled, CANCELLED, _of, roles=PAYERS)
tell(RequestDeclined, DECLINED, _of)
tell(RequestExpired, EXPIRED, _of)


@tells(PayCodeEnabled)
async def _enabled(known: Known, event: PayCodeEnabled) -> Sequence[Telling]:
    account = await known.account(event.account_id)
    values = {"account": account.number, "amount": event.per_payment}
    return [Told(user_id=event.user_id, notice=ENABLED, values=values)]


@tells(PayCodeDisabled)
async def _disabled(known: Known, event: PayCodeDisabled) -> Sequence[Telling]:
    account = await known.account(event.account_id)
    return [Told(user_id=event.user_id, notice=DISABLED, values={"account": account.number})]


@tells(ChargeDeclined)
async def _not_charged(known: Known, event: ChargeDeclined) -> Sequence[Telling]:
    account = await known.account(event.account_id)
    values = {"account": account.number, "amount": event.amount}
    return [Told(user_id=event.user_id, notice=NOT_CHARGED, values=values)]
