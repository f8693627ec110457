"""What was collected, and by which means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.collecting.domain.errors import AmountNotPositive, CurrencyNotAllowed


class Means(StrEnum):
    """How the payer and the payee found each other."""

    TILL_CODE = "till_code"  # the payer scanned the code that hangs at a till
    ORDER_CODE = "order_code"  # the payer scanned a code made for one sale
    LINK = "link"
    REQUEST = "request"
    PAY_CODE = "pay_code"  # the till scanned a code that the payer showed


OPERATIONS: Final[Mapping[Means, str]] = {
    Means.TILL_CODE: "payments.qr.static",
    Means.ORDER_CODE: "payments.qr.dynamic",
    Means.LINK: "payments.link",
    Means.REQUEST: "payments.request",
    Means.PAY_CODE: "payments.password_free",
}
"""What limits know each of them by."""

WORDS: Final[Mapping[Means, Text]] = {
    Means.TILL_CODE: Text(zh="扫静态收款码", en="Static code of a till"),
    Means.ORDER_CODE: Text(zh="扫动态收款码", en="Code of one sale"),
    Means.LINK: Text(zh="付款链接", en="Payment link"),
    Means.REQUEST: Text(zh="付款请求", en="Request to pay"),
    Means.PAY_CODE: Text(zh="出示付款码", en="Code shown by the payer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A settled payment that was collected, and what it was collected for."""

    payment_id: UUID
    party_id: UUID
    payer_party_id: UUID
    means: Means
    amount: Money
    title: str
    collected_at: datetime
    till_id: UUID | None = None
    link_id: UUID | None = None
    request_id: UUID | None = None
    reference: str | None = None


def check_amount(amount: Money, *, currency: str) -> None:
    """Raise `AmountNotPositive` or `CurrencyNotAllowed`."""
    if amount.currency != currency:
        raise CurrencyNotAllowed(currency=currency)
    if amount.minor <= 0:
        raise AmountNotPositive
