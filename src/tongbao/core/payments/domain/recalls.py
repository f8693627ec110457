"""Asking for money back (退回请求): a settled payment to another bank is recalled, with a reason.

A recall moves no money: the bank of the payee is asked, and answers. The money, if it comes, comes
as a return, which is booked once by its own reference whatever was answered before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.core.payments.domain.nouns import PaymentOrder
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

RecallId = NewType("RecallId", UUID)

RECALLS_MAX: Final = 3
"""Of one payment: whoever was refused three times is not asked a fourth time."""
NOTE_LENGTH_MAX: Final = 105
ANSWER_AWAITED: Final = timedelta(days=15)
"""How long a bank is asked for its answer: its customer is asked first, who may be away."""
MONEY_AWAITED: Final = timedelta(days=3)
"""How long it is asked for money that it said it sends back."""


class RecallStatus(StrEnum):
    """Where a recall stands; the last two are final."""

    REQUESTED = "requested"  # noted; the bank does not have it, or certainly never received it
    SENT = "sent"  # with the bank, which has not decided
    UNKNOWN = "unknown"  # nobody knows whether the bank has it
    ACCEPTED = "accepted"  # the bank sends the money back; it is on its way
    RETURNED = "returned"  # the money is here
    REFUSED = "refused"


OPEN: Final = frozenset(RecallStatus) - {RecallStatus.RETURNED, RecallStatus.REFUSED}
WITH_BANK: Final = OPEN - {RecallStatus.REQUESTED}
"""Of these the bank may know something."""
_DECIDED: Final = frozenset({RecallStatus.ACCEPTED, RecallStatus.REFUSED, RecallStatus.RETURNED})
ARROWS: Final[Mapping[RecallStatus, frozenset[RecallStatus]]] = {
    RecallStatus.REQUESTED: frozenset(
        {RecallStatus.SENT, RecallStatus.REFUSED, RecallStatus.RETURNED}
    ),
    RecallStatus.SENT: frozenset({RecallStatus.REQUESTED, RecallStatus.UNKNOWN}) | _DECIDED,
    RecallStatus.UNKNOWN: frozenset({RecallStatus.REQUESTED, RecallStatus.SENT}) | _DECIDED,
    # Refused after all: two members of staff have it from the bank.
    RecallStatus.ACCEPTED: frozenset({RecallStatus.RETURNED, RecallStatus.REFUSED}),
    RecallStatus.RETURNED: frozenset(),
    RecallStatus.REFUSED: frozenset(),
}


class RecallReason(StrEnum):
    """Why money is asked back: ISO 20022 ExternalCancellationReason1Code."""

    DUPLICATE = "DUPL"  # paid twice
    TECHNICAL = "TECH"  # a technical fault made it
    FRAUD = "FRAD"  # its payer was deceived
    CUSTOMER = "CUST"  # its payer asks
    WRONG_ACCOUNT = "AC03"
    WRONG_AMOUNT = "AM09"


@dataclass(frozen=True, slots=True)
class Recall:
    """One asking, and what became of it; `return_id` is the order that brought the money.

    `is_overdue`: it is open, the bank was asked about it in vain for long, and staff has it now.
    """

    id: RecallId
    payment_id: UUID
    status: RecallStatus
    reason: RecallReason
    note: str | None
    requested_by: UUID
    requested_at: datetime
    answered_at: datetime | None
    answer_code: str | None
    answer: Text | None
    return_id: UUID | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class OverdueRecall:
    """A recall that nobody answers, and the payment that it asks for."""

    recall: Recall
    payment: PaymentOrder


class NotRecallable(TongbaoError):
    """Only what was paid to another bank and is there is asked back, where its channel can ask."""

    code = "payments.not_recallable"
    kind = Kind.CONFLICT
    title = Text(zh="此付款不能请求退回", en="The payment cannot be recalled")
    detail = Text(
        zh="仅已入账的跨行付款、经支持退回请求的通道、至多请求 {recalls_max} 次",
        en="Settled payments to other banks are recalled, over a channel that can, "
        "{recalls_max} times at most",
    )


class RecallOpen(TongbaoError):
    """The money was asked for, and the bank has not said no."""

    code = "payments.recall_open"
    kind = Kind.CONFLICT
    title = Text(zh="退回请求已在办理中", en="The payment is being recalled already")


class UnknownRecall(TongbaoError):
    """There is none of this id, or it is of another payment."""

    code = "payments.unknown_recall"
    kind = Kind.NOT_FOUND
    title = Text(zh="退回请求不存在", en="No such recall")


class RecallNotOpen(TongbaoError):
    """It has come to its end: nothing is to be asked any more."""

    code = "payments.recall_not_open"
    kind = Kind.CONFLICT
    title = Text(zh="退回请求已了结", en="The recall is over")
    detail = Text(zh="当前状态：{status}", en="It stands at {status}")


class RecallNotOverdue(TongbaoError):
    """Only what the bank was asked about in vain is closed by hand."""

    code = "payments.recall_not_overdue"
    kind = Kind.CONFLICT
    title = Text(zh="退回请求仍在查询或已了结", en="The recall is still asked about, or over")
    detail = Text(zh="当前状态：{status}", en="It stands at {status}")
