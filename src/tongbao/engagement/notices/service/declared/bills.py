"""Bills."""

from typing import Final

from tongbao.engagement.notices.domain.catalogue import Category, notice
from tongbao.engagement.notices.domain.places import AMOUNT, ID
from tongbao.engagement.notices.service.declaring import PAYERS, tell
from tongbao.kernel.text import Text
from tongbao.products.bills.events import BillConfirmed, BillRefunded

_LINK: Final = "/bills/payments/{bill_payment_id}"

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

for _event, _notice in ((BillConfirmed, CONFIRMED), (BillRefunded, REFUNDED)):
    tell(
        _event,
        _notice,
        lambda event: {"bill_payment_id": event.bill_payment_id, "amount": event.amount},
        roles=PAYERS,
    )
