"""What billers answer, without believing more of it than was signed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text


@dataclass(frozen=True, slots=True)
class OpenBill:
    """What a customer has not paid; `reference` is the biller's and says nothing about them."""

    reference: str
    period: str
    amount: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class Found:
    """A customer's bills, and the customer's name as the biller masks it."""

    customer_name: str
    bills: tuple[OpenBill, ...]


class Told(StrEnum):
    """What became of telling a biller, or of asking it about a payment."""

    TAKEN = "taken"
    REFUSED = "refused"  # certainly not taken, and will not be
    NOT_SENT = "not_sent"  # no connection came about
    NEVER_CAME = "never_came"  # the biller has never heard of it, so far
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer about one payment."""

    told: Told
    receipt_number: str | None = None
    code: str | None = None


class BillersUnavailable(TongbaoError):
    """Nobody answers, or not in time."""

    code = "bills.biller_unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="收费单位暂时无法查询", en="The biller cannot be asked now")


class BillerUntrustworthy(TongbaoError):
    """What came is not what was asked for, or is not signed by the biller."""

    code = "bills.biller_untrustworthy"
    kind = Kind.UNAVAILABLE
    title = Text(zh="收费单位的答复无法采信", en="The biller's answer cannot be trusted")


class UnknownCustomer(TongbaoError):
    """The biller has no such customer."""

    code = "bills.unknown_customer"
    kind = Kind.REFUSED
    title = Text(zh="查无此户号", en="The biller knows no such number")
