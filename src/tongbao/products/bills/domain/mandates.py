"""Mandates to pay the bills of a saved number: when the biller is asked, what may follow."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

MandateId = NewType("MandateId", UUID)

MAKE: Final = "payments.bills.mandate"
RETRIES: Final = 3
RETRYABLE: Final = frozenset(
    {
        "ledger.insufficient_funds",
        "limits.exceeded",
        "limits.shared_exceeded",
        "payments.approval_needed",  # the maker's sum of the day is used up
        "bills.biller_not_payable",
    }
)
"""What may be otherwise the next day; everything else misses the bill at once."""


class MandateState(StrEnum):
    """Of a mandate; ended is final."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class DueOutcome(StrEnum):
    """Of one bill under a mandate; all but retrying are final."""

    PAID = "paid"
    RETRYING = "retrying"
    ABOVE_MAXIMUM = "above_maximum"
    MISSED = "missed"
    GONE = "gone"  # paid in another way while it was being retried


MANDATE_ARROWS: Final[Mapping[MandateState, frozenset[MandateState]]] = {
    MandateState.ACTIVE: frozenset({MandateState.PAUSED, MandateState.ENDED}),
    MandateState.PAUSED: frozenset({MandateState.ACTIVE, MandateState.ENDED}),
    MandateState.ENDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Mandate:
    """Whose bills are paid from which account up to how much; without a day, as they appear."""

    id: MandateId
    party_id: UUID
    saved_id: UUID
    debtor_account_id: UUID
    maximum: Money
    month_day: int | None
    state: MandateState
    next_look_on: date | None
    made_by: UUID
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DueBill:
    """What became of one bill under a mandate."""

    mandate_id: UUID
    reference: str
    period: str
    amount: Money
    due_on: date
    outcome: DueOutcome
    attempts: int
    retry_on: date | None
    bill_payment_id: UUID | None
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class MandateChange:
    """An arrow a mandate took; `by` is None where it was the platform."""

    before: MandateState | None
    after: MandateState
    at: datetime
    by: UUID | None
    why: str


def first_look(month_day: int | None, today: date) -> date:
    """Return when the biller is asked first: today, or on the day of this month or the next.

    A month without the day has its last one instead.
    """
    if month_day is None:
        return today
    on = _in_month(month_day, today)
    return on if on >= today else next_look(month_day, today)


def next_look(month_day: int | None, today: date) -> date:
    """Return when the biller is asked after a day on which nothing was left to try again."""
    if month_day is None:
        return today + timedelta(days=1)
    return _in_month(month_day, today.replace(day=1) + timedelta(days=31))


def _in_month(month_day: int, day: date) -> date:
    return day.replace(day=min(month_day, monthrange(day.year, day.month)[1]))


def to_confirm(
    *,
    biller: str,
    customer_number: str,
    debtor_account_number: str,
    maximum: Money,
    day: int | None,
) -> Action:
    """Return what is confirmed of a mandate; the customer's number as it is shown."""
    return Action(
        MAKE,
        {
            "biller": biller,
            "customer_number": customer_number,
            "debtor_account_number": debtor_account_number,
            "maximum": maximum.text,
            "currency": maximum.currency,
            "month_day": "" if day is None else str(day),
        },
    )


class UnknownMandate(TongbaoError):
    """No such mandate, or none the caller may see."""

    code = "bills.unknown_mandate"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此签约代扣", en="Unknown mandate")


class MandateExists(TongbaoError):
    """A mandate pays the bills of this number already."""

    code = "bills.mandate_exists"
    kind = Kind.CONFLICT
    title = Text(zh="此户号已有签约代扣", en="A mandate pays these bills already")


class MandateNotPossible(TongbaoError):
    """The mandate is not in a state for this."""

    code = "bills.mandate_not_possible"
    kind = Kind.CONFLICT
    title = Text(zh="当前状态不允许该操作", en="Not possible in this state")
    detail = Text(zh="该签约代扣当前为 {state}", en="The mandate is {state}")


class PayerGone(TongbaoError):
    """Who agreed to it may not pay for the party any more."""

    code = "bills.payer_gone"
    kind = Kind.FORBIDDEN
    title = Text(zh="签约人已无付款权限", en="Who agreed to it may no longer pay")
