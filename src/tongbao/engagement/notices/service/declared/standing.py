"""Standing orders; a date that was paid is told as the payment that it is."""

from collections.abc import Mapping
from typing import Any, Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import AMOUNT, DAY, ID, Place
from tongbao.engagement.notices.service.declaring import PAYERS, tell
from tongbao.kernel.text import Text
from tongbao.products.standing.events import DateDelayed, DateMissed, OrderMade, OrderStopped

_LINK: Final = "/standing/{order_id}"
_OF_AN_ORDER: Final[Mapping[str, Place[Any]]] = {"order_id": ID, "amount": AMOUNT}

MADE: Final = notice(
    "standing.made",
    category=Category.PAYMENTS,
    places={**_OF_AN_ORDER, "day": DAY},
    title=Text(zh="定期付款已设立 {amount}", en="Standing order of {amount}"),
    body=Text(
        zh="定期付款已设立：每次 {amount}，首次付款日 {day}。如非本人操作，请立即取消并联系我们。",
        en="A standing order was made: {amount} each time, first on {day}. If this was not you, "
        "cancel it at once and contact us.",
    ),
    sms=Text(
        zh="已设立定期付款，每次{amount}，首次{day}。非本人操作请立即取消。",
        en="Standing order made: {amount}, first on {day}. Not you? Cancel it at once.",
    ),
    link=_LINK,
)
DELAYED: Final = notice(
    "standing.delayed",
    category=Category.PAYMENTS,
    places={**_OF_AN_ORDER, "day": DAY, "again": DAY},
    title=Text(zh="定期付款未成功 {amount}", en="Standing order not paid: {amount}"),
    body=Text(
        zh="{day} 到期的定期付款 {amount} 未成功，钱未动，将于 {again} 再试。原因见详情，"
        "请备足余额。",
        en="{amount} due on {day} by a standing order was not paid and no money moved; it is tried "
        "again on {again}. The order says why; please see that there is enough.",
    ),
    sms=Text(
        zh="{day}定期付款{amount}未成功，{again}再试，请备足余额。",
        en="Standing order of {amount} due {day} was not paid; tried again on {again}.",
    ),
    link=_LINK,
)
MISSED: Final = notice(
    "standing.missed",
    category=Category.PAYMENTS,
    places={**_OF_AN_ORDER, "day": DAY},
    title=Text(zh="定期付款本期未付 {amount}", en="A standing order missed {amount}"),
    body=Text(
        zh="{day} 到期的定期付款 {amount} 未付，本期不再重试。原因见详情，如需付款请自行办理。",
        en="{amount} due on {day} by a standing order was not paid and is not tried again. The "
        "order says why; if it is still to be paid, please pay it yourself.",
    ),
    sms=Text(
        zh="{day}定期付款{amount}未付且不再重试，如需请自行付款。",
        en="Standing order of {amount} due {day} was not paid and will not be.",
    ),
    link=_LINK,
)
PAUSED: Final = notice(
    "standing.paused",
    category=Category.PAYMENTS,
    places=_OF_AN_ORDER,
    title=Text(zh="定期付款已暂停 {amount}", en="Standing order paused: {amount}"),
    body=Text(
        zh="每次 {amount} 的定期付款已暂停，恢复前不再付款。原因见详情。",
        en="A standing order of {amount} is paused: nothing is paid until it is resumed. The order "
        "says why.",
    ),
    sms=Text(
        zh="每次{amount}的定期付款已暂停，详情请登录查看。",
        en="A standing order of {amount} is paused. Log in to see why.",
    ),
    link=_LINK,
)
OVER: Final = notice(
    "standing.over",
    category=Category.PAYMENTS,
    places=_OF_AN_ORDER,
    title=Text(zh="定期付款已结束 {amount}", en="Standing order over: {amount}"),
    body=Text(
        zh="每次 {amount} 的定期付款已结束或取消，不再付款。",
        en="A standing order of {amount} has ended or was cancelled: nothing more is paid.",
    ),
    sms=Text(
        zh="每次{amount}的定期付款已结束或取消。",
        en="A standing order of {amount} has ended or was cancelled.",
    ),
    link=_LINK,
)


def _of(event: OrderMade | OrderStopped | DateDelayed | DateMissed) -> dict[str, object]:
    return {"order_id": event.order_id, "amount": event.amount}


def _paused(event: OrderStopped) -> bool:
    return event.state == "paused"


tell(OrderMade, MADE, lambda event: {**_of(event), "day": event.first_on})
tell(
    DateDelayed,
    DELAYED,
    lambda event: {**_of(event), "day": event.due_on, "again": event.retry_on},
    roles=PAYERS,
)
tell(DateMissed, MISSED, lambda event: {**_of(event), "day": event.due_on}, roles=PAYERS)
tell(OrderStopped, PAUSED, _of, roles=PAYERS, when=_paused)
tell(OrderStopped, OVER, _of, roles=PAYERS, when=lambda event: not _paused(event))
