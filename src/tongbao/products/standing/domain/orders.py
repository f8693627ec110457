"""A standing order, its states and its occurrences; what is confirmed and what is refused."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.standing.domain.schedule import Schedule

OrderId = NewType("OrderId", UUID)

ORDERS_MAX: Final = 200
RETRIES_MAX: Final = 5
RETRIES: Final = 3
CREATE: Final = "payments.standing.create"
APPROVE: Final = "payments.standing.approve"

RETRYABLE: Final = frozenset(
    {
        "ledger.insufficient_funds",
        "limits.exceeded",
        "limits.shared_exceeded",
        "limits.rate_missing",
        "payments.approval_needed",  # the maker's sum of the day is used up
    }
)
"""What may be otherwise on the next business day; everything else misses the date at once."""


class OrderState(StrEnum):
    """Of an order; the last two are final."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"


class DateOutcome(StrEnum):
    """Of one due date; paid and missed are final."""

    PAID = "paid"
    RETRYING = "retrying"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """Who pays whom how much on which days; `next_on` is None when there is none to come."""

    id: OrderId
    party_id: UUID
    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: Money
    remittance: str | None
    schedule: Schedule
    retries: int
    state: OrderState
    stopped_by: str | None
    next_number: int
    next_on: date | None
    made_by: UUID
    approved_by: UUID | None
    approval_id: UUID | None
    """What the firm's approvers signed, once for all dates."""
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What became of one due date."""

    order_id: UUID
    number: int
    nominal_on: date
    due_on: date
    outcome: DateOutcome
    attempts: int
    retry_on: date | None
    payment_id: UUID | None
    reason_code: str | None
    reason: Text | None


class UnknownOrder(TongbaoError):
    """No such standing order, or none the caller may see."""

    code = "standing.unknown_order"
    kind = Kind.NOT_FOUND
    title = Text(zh="定期付款不存在", en="Unknown standing order")


class TooEarly(TongbaoError):
    """The first date is today or past; what is due now is paid now."""

    code = "standing.too_early"
    title = Text(zh="首次付款日须在明天或以后", en="The first payment is tomorrow or later")
    detail = Text(
        zh="首次付款日（按节假日规则调整后）为 {due_on}，须在明天或以后",
        en="After holidays are looked at the first payment falls on {due_on}; "
        "it must be tomorrow or later",
    )


class TooManyOrders(TongbaoError):
    """A party has a bounded number of running orders."""

    code = "standing.too_many_orders"
    kind = Kind.CONFLICT
    title = Text(zh="定期付款过多", en="Too many standing orders")
    detail = Text(
        zh="至多 {orders_max} 个进行中的定期付款", en="At most {orders_max} may be running"
    )


class NotPossible(TongbaoError):
    """The order is not in a state for this."""

    code = "standing.not_possible"
    kind = Kind.CONFLICT
    title = Text(zh="当前状态不允许该操作", en="Not possible in this state")
    detail = Text(zh="该定期付款当前为 {state}", en="The order is {state}")


class PayeeDiffers(TongbaoError):
    """No account here has this number and this name."""

    code = "standing.payee_differs"
    kind = Kind.REFUSED
    title = Text(zh="收款账号与户名不符", en="Account and name of the payee do not fit")


class PayerGone(TongbaoError):
    """Who ordered it, approved it or signed it last may not do so for the party any more."""

    code = "standing.payer_gone"
    kind = Kind.FORBIDDEN
    title = Text(
        zh="原指令人或复核人已无付款权限", en="Who ordered or approved it may no longer pay"
    )


def end_to_end_id(order_id: UUID, number: int) -> str:
    """Return the reference of one due date's payment: the same however often it is tried."""
    return f"SO{order_id.hex[-20:]}-{number}"


def to_confirm(
    kind: str,
    *,
    debtor_account_number: str,
    creditor_account_number: str,
    creditor_name: str,
    amount: Money,
    schedule: Schedule,
    retries: int,
    **more: str,
) -> Action:
    """Return what is confirmed of an order: whom, how much, and on which days."""
    days = (
        f"{schedule.unit.value}/{schedule.every}/{schedule.first_on}/{schedule.month_day or ''}"
        f"/{schedule.holidays.value}/{schedule.last_on or ''}/{schedule.count or ''}/{retries}"
    )
    facts = {
        "debtor_account_number": debtor_account_number,
        "creditor_account_number": creditor_account_number,
        "creditor_name": creditor_name,
        "amount": amount.text,
        "currency": amount.currency,
        "schedule": days,
        **more,
    }
    return Action(kind, facts)
