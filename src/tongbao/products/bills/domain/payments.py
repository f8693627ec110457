"""A bill that is paid: how far it has come, and what may follow what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

BillPaymentId = NewType("BillPaymentId", UUID)

VALID_FOR: Final = timedelta(hours=24)
QUERIES_A_DAY_MAX: Final = 100
STUCK_AFTER: Final = timedelta(minutes=15)


class QueryState(StrEnum):
    """Of a query; the last two are final."""

    ASKING = "asking"
    ANSWERED = "answered"
    FAILED = "failed"


class BillState(StrEnum):
    """Of a paid bill; confirmed and refunded are final."""

    PAID = "paid"  # the money is the biller's; it is to be told
    TELLING = "telling"  # noted that the biller is being told
    UNKNOWN = "unknown"  # told, perhaps: it is asked until known
    CONFIRMED = "confirmed"  # the biller has given its receipt
    REFUSED = "refused"  # certainly not taken: the money goes back
    REFUNDED = "refunded"


class Why(StrEnum):
    """Why an arrow was taken."""

    MONEY_MOVED = "money_moved"
    HANDED_OVER = "handed_over"
    NOT_REACHED = "not_reached"
    NO_ANSWER = "no_answer"
    WORKER_LOST = "worker_lost"
    NEVER_CAME = "never_came"
    RECEIPT_GIVEN = "receipt_given"
    REFUSED = "refused"
    SENT_BACK = "sent_back"


ARROWS: Final[Mapping[BillState, frozenset[BillState]]] = {
    BillState.PAID: frozenset({BillState.TELLING}),
    BillState.TELLING: frozenset(
        {BillState.PAID, BillState.UNKNOWN, BillState.CONFIRMED, BillState.REFUSED}
    ),
    BillState.UNKNOWN: frozenset({BillState.PAID, BillState.CONFIRMED}),
    BillState.REFUSED: frozenset({BillState.REFUNDED}),
    BillState.CONFIRMED: frozenset(),
    BillState.REFUNDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient this bank is with billers.

    That a biller never heard of a payment is believed only when nothing of ours can be `on_its_way`
    any more: longer than `lease`, within which a worker tells it, and a request together.
    """

    on_its_way: timedelta = timedelta(seconds=90)
    lease: timedelta = timedelta(seconds=60)
    first_pause: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(minutes=10)

    def pause(self, looks: int) -> timedelta:
        """Return how long to wait after so many looks in a row."""
        doubled: int = 1 << min(looks, 20)
        return min(self.longest_pause, self.first_pause * doubled)


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as a biller told it when it was asked."""

    id: UUID
    party_id: UUID
    biller: str
    reference: str
    period: str
    amount: Money
    due_on: date
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Query:
    """What a party asked a biller, and what came of it; the number only as it may be shown."""

    id: UUID
    party_id: UUID
    biller: str
    shown: str
    state: QueryState
    customer_name: str | None
    reason_code: str | None
    asked_at: datetime
    answered_at: datetime | None
    bills: tuple[Bill, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow a paid bill took; `by` is None where it was the platform."""

    before: BillState | None
    after: BillState
    at: datetime
    by: UUID | None
    why: Why


@dataclass(frozen=True, slots=True)
class BillPayment:
    """A bill that was paid, and what the biller said."""

    id: BillPaymentId
    party_id: UUID
    bill_id: UUID
    biller: str
    shown: str
    reference: str
    period: str
    amount: Money
    debtor_account_id: UUID
    payment_id: UUID
    mandate_id: UUID | None
    state: BillState
    receipt_number: str | None
    reason_code: str | None
    refund_id: UUID | None
    made_by: UUID
    made_at: datetime


REASONS: Final[Mapping[str, Text]] = {
    "billers.already_paid": Text(zh="账单已由他处缴清", en="The bill was paid elsewhere"),
    "billers.amount_differs": Text(zh="账单金额已变", en="The amount of the bill has changed"),
    "billers.unknown_bill": Text(zh="收费单位查无此账单", en="The biller knows no such bill"),
}
OTHER_REASON: Final = Text(zh="收费单位拒绝入账", en="The biller refused the payment")


def reason_text(code: str) -> Text:
    """Return why a biller refused, in words."""
    return REASONS.get(code, OTHER_REASON)


class UnknownQuery(TongbaoError):
    """No such query, or none the caller may see."""

    code = "bills.unknown_query"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此查询", en="Unknown query")


class UnknownBill(TongbaoError):
    """No such bill, or none the caller may see."""

    code = "bills.unknown_bill"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此账单", en="Unknown bill")


class UnknownBillPayment(TongbaoError):
    """No such paid bill, or none the caller may see."""

    code = "bills.unknown_payment"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此缴费", en="Unknown payment of a bill")


class BillOutdated(TongbaoError):
    """The biller told the bill too long ago."""

    code = "bills.outdated"
    kind = Kind.CONFLICT
    title = Text(zh="账单信息已过期", en="The bill was asked for too long ago")
    detail = Text(zh="请重新查询账单后再缴费", en="Ask the biller again, then pay")


class BillPaid(TongbaoError):
    """Somebody pays this bill already, or has."""

    code = "bills.already_paid"
    kind = Kind.CONFLICT
    title = Text(zh="此账单已缴或正在缴费", en="The bill is paid, or being paid")


class TooManyQueries(TongbaoError):
    """A party asks so often a day and no more."""

    code = "bills.too_many_queries"
    kind = Kind.LIMITED
    title = Text(zh="今日查询次数过多", en="Too many queries today")
    detail = Text(zh="每 24 小时至多查询 {queries_max} 次", en="At most {queries_max} in 24 hours")
