"""Bills."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import AMOUNT, DAY, ID
from tongbao.engagement.notices.service.declaring import PAYERS, tell
from tongbao.kernel.text import Text
from tongbao.products.bills.events import (
    BillAboveMaximum,
    BillConfirmed,
    BillRefunded,
    DueBillDelayed,
    DueBillMissed,
    MandateMade,
    MandateStopped,
)

_LINK: Final = "/bills/payments/{bill_payment_id}"
_MANDATE: Final = "/bills/mandates/{mandate_id}"

CONFIRMED: Final = notice(
    "bills.confirmed",
    category=Category.PAYMENTS,
    places={"bill_payment_id": ID, "amount": AMOUNT},
    title=Text(zh="账单已缴清 {amount}", en="Bill paid: {amount}"),
    body=Text(
        zh="收费单位已确认您缴纳的 {amount}，其收据号见缴费详情。",
        en="The biller has confirmed your {amount}; its receipt number is on the payment's page.",
    ),
    sms=Text(zh="账单{amount}已缴清。", en="Your bill of {amount} is paid."),
    link=_LINK,
)
REFUNDED: Final = notice(
    "bills.refunded",
    category=Category.PAYMENTS,
    places={"bill_payment_id": ID, "amount": AMOUNT},
    title=Text(zh="缴费被退回 {amount}", en="A bill's payment came back: {amount}"),
    body=Text(
        zh="收费单位未接受您缴纳的 {amount}，钱已回到您的账户。原因见缴费详情。",
        en="The biller did not take your {amount}; the money is in your account again. Open the "
        "payment to see why.",
    ),
    sms=Text(
        zh="缴费{amount}未被收费单位接受，款项已退回账户。",
        en="The biller did not take your {amount}; it is in your account again.",
    ),
    link=_LINK,
)

MADE: Final = notice(
    "bills.mandate_made",
    category=Category.PAYMENTS,
    places={"mandate_id": ID, "maximum": AMOUNT},
    title=Text(zh="签约代扣已生效", en="Your bills will be paid by themselves"),
    body=Text(
        zh="已签约代扣，每笔账单不超过 {maximum}。如非本人操作，请立即终止并联系我们。",
        en="Each bill up to {maximum} will be paid by itself. If this was not you, end the mandate "
        "and contact us at once.",
    ),
    sms=Text(
        zh="签约代扣已生效，每笔不超过{maximum}。非本人操作请立即联系我们。",
        en="Bills up to {maximum} will be paid by themselves. Not you? Contact us at once.",
    ),
    link=_MANDATE,
)
STOPPED: Final = notice(
    "bills.mandate_stopped",
    category=Category.PAYMENTS,
    places={"mandate_id": ID},
    title=Text(zh="签约代扣已停止", en="A bill mandate has stopped"),
    body=Text(
        zh="一项签约代扣已暂停或终止，之后的账单不会自动缴纳。",
        en="A mandate was paused or has ended; bills to come are not paid by themselves.",
    ),
    sms=Text(zh="一项签约代扣已停止。", en="A bill mandate has stopped."),
    link=_MANDATE,
)
DELAYED: Final = notice(
    "bills.delayed",
    category=Category.PAYMENTS,
    places={"mandate_id": ID, "amount": AMOUNT, "retry_on": DAY},
    title=Text(zh="账单未能代扣 {amount}", en="A bill could not be paid: {amount}"),
    body=Text(
        zh="账单 {amount} 未能代扣，将于 {retry_on} 再次尝试。请保证账户余额充足。",
        en="A bill of {amount} could not be paid. It is tried again on {retry_on}; please have "
        "enough in your account.",
    ),
    sms=Text(
        zh="账单{amount}未能代扣，{retry_on}再试。",
        en="A bill of {amount} could not be paid; tried again on {retry_on}.",
    ),
    link=_MANDATE,
)
MISSED: Final = notice(
    "bills.missed",
    category=Category.PAYMENTS,
    places={"mandate_id": ID, "amount": AMOUNT},
    title=Text(zh="账单代扣失败 {amount}", en="A bill was not paid: {amount}"),
    body=Text(
        zh="账单 {amount} 代扣失败，不再尝试，请自行缴纳。原因见签约详情。",
        en="A bill of {amount} was not paid and is not tried again; please pay it yourself. The "
        "mandate's page says why.",
    ),
    sms=Text(
        zh="账单{amount}代扣失败，请自行缴纳。",
        en="A bill of {amount} was not paid; please pay it yourself.",
    ),
    link=_MANDATE,
)
ABOVE: Final = notice(
    "bills.above_maximum",
    category=Category.PAYMENTS,
    places={"mandate_id": ID, "amount": AMOUNT, "maximum": AMOUNT},
    title=Text(zh="账单超过签约上限 {amount}", en="A bill is above your maximum: {amount}"),
    body=Text(
        zh="账单 {amount} 超过签约上限 {maximum}，未代扣，请自行核对缴纳。",
        en="A bill of {amount} is above the {maximum} you agreed to and was not paid. Please look "
        "at it and pay it yourself.",
    ),
    sms=Text(
        zh="账单{amount}超过签约上限{maximum}，未代扣。",
        en="A bill of {amount} is above your maximum of {maximum} and was not paid.",
    ),
    link=_MANDATE,
)


def _said(event: BaseModel, *places: str) -> Mapping[str, object]:
    return {name: getattr(event, name) for name in ("mandate_id", *places)}


for _event, _notice in ((BillConfirmed, CONFIRMED), (BillRefunded, REFUNDED)):
    tell(
        _event,
        _notice,
        lambda event: {"bill_payment_id": event.bill_payment_id, "amount": event.amount},
        roles=PAYERS,
    )
tell(MandateMade, MADE, lambda event: _said(event, "maximum"), roles=PAYERS)
tell(MandateStopped, STOPPED, _said, roles=PAYERS)
tell(DueBillDelayed, DELAYED, lambda event: _said(event, "amount", "retry_on"), roles=PAYERS)
tell(DueBillMissed, MISSED, lambda event: _said(event, "amount"), roles=PAYERS)
tell(BillAboveMaximum, ABOVE, lambda event: _said(event, "amount", "maximum"), roles=PAYERS)
