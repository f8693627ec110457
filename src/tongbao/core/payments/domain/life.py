"""The life of an order that leaves the house: which arrows there are, and which answer leads where.

The rule of rules: money is tried a second time only when the first try was certainly not executed.
A time-out is not an answer, and "never heard of it" from a channel that may still have our request
on its way is none either, until that request's time is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tongbao.core.channels.service import Answer, NextAction, Outcome
from tongbao.core.payments.domain.nouns import PaymentOrder, Status
from tongbao.kernel.money import Money

NEVER_RECEIVED: Final = "never_received"
"""The reason of a channel that has never heard of an attempt."""
NOT_HEARD: Final = frozenset({NEVER_RECEIVED, "unreachable"})
"""Reasons that are no word of the channel's about the payment: it may be given it again."""
NOT_PAID: Final = "not_paid"
"""The reason of a channel that lets nobody pay it any more."""
AMOUNT_DIFFERS: Final = "amount_differs"
"""The reason of a channel that speaks of another amount; a person has to look."""
ATTEMPTS_MAX: Final = 6

ARROWS: Final[Mapping[Status, frozenset[Status]]] = {
    Status.CREATED: frozenset(
        {Status.AWAITING_APPROVAL, Status.SCREENED, Status.REJECTED, Status.CANCELLED}
    ),
    Status.AWAITING_APPROVAL: frozenset({Status.SCREENED, Status.REJECTED, Status.CANCELLED}),
    # What comes in is booked without being held before.
    Status.SCREENED: frozenset(
        {Status.RESERVED, Status.SETTLED, Status.REJECTED, Status.CANCELLED}
    ),
    # Settled at once where nothing leaves the house.
    Status.RESERVED: frozenset({Status.SENT, Status.SETTLED, Status.REJECTED, Status.CANCELLED}),
    # Back to reserved: certainly not executed, another channel may try.
    # To cancelled: its channel has closed it, so that nobody can pay it any more.
    Status.SENT: frozenset(
        {Status.UNKNOWN, Status.RESERVED, Status.SETTLED, Status.REJECTED, Status.CANCELLED}
    ),
    Status.UNKNOWN: frozenset(
        {Status.SENT, Status.RESERVED, Status.SETTLED, Status.REJECTED, Status.CANCELLED}
    ),
    Status.SETTLED: frozenset({Status.RETURNED}),
    Status.REJECTED: frozenset(),
    Status.RETURNED: frozenset(),
    Status.CANCELLED: frozenset(),
}
OVER: Final = frozenset({Status.SETTLED, Status.REJECTED, Status.RETURNED, Status.CANCELLED})
OUTSIDE: Final = frozenset({Status.SENT, Status.UNKNOWN})
"""Where a channel has the order, or may have it."""
CANCELLABLE: Final = frozenset(
    {Status.CREATED, Status.AWAITING_APPROVAL, Status.SCREENED, Status.RESERVED}
)


class Why(StrEnum):
    """Why an arrow was taken."""

    INITIATED = "initiated"
    APPROVAL_NEEDED = "approval_needed"
    APPROVED = "approved"
    SCREENED = "screened"
    MONEY_HELD = "money_held"
    HANDED_TO_CHANNEL = "handed_to_channel"
    NO_ANSWER = "no_answer"
    AMOUNT_DIFFERS = "amount_differs"
    IN_PROCESS = "in_process"
    EXECUTED = "executed"
    NOT_EXECUTED = "not_executed"
    REFUSED = "refused"
    BOOKED = "booked"
    CAME_BACK = "came_back"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NOT_APPROVED = "not_approved"
    RESOLVED_BY_HAND = "resolved_by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a request may be on its way, and how often a channel is asked.

    `on_its_way` is longer than any gateway waits for an answer, and than a process may stop for
    between noting an attempt and sending it: only then is "never heard of it" believed. `lease` is
    how long a worker may be at an order before another one takes it up. Whoever is to pay at a
    wallet has `to_pay` for it; meanwhile it is asked every `waiting_pause`, as they look on.
    """

    on_its_way: timedelta = timedelta(seconds=90)
    lease: timedelta = timedelta(seconds=60)
    first_inquiry: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(minutes=10)
    to_pay: timedelta = timedelta(minutes=15)
    waiting_pause: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        assert self.lease <= self.on_its_way, "who lost the lease must not send any more"

    def pause(self, inquiries: int) -> timedelta:
        """Return how long to wait after so many inquiries: doubling, bounded."""
        doubled: timedelta = self.first_inquiry * 2 ** min(inquiries, 20)
        return min(doubled, self.longest_pause)

    def look_again_at(
        self, inquiries: int, *, expires_at: datetime | None, at: datetime
    ) -> datetime:
        """Return when to ask next; of what somebody is to pay until then at `expires_at` as well.

        For as long again as they had it is closed as eagerly as it was looked after.
        """
        if expires_at is None or at >= expires_at + self.to_pay:
            return at + self.pause(inquiries)
        again: datetime = at + min(self.pause(inquiries), self.waiting_pause)
        return min(again, expires_at) if at < expires_at else again


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer makes of an order: where it goes, why, and what is held of its attempt.

    `again` tells whether the same channel may be given it a second time, later.
    """

    to: Status
    why: Why
    attempt: Outcome
    again: bool = False


def judge(
    answer: Answer,
    *,
    amount: Money,
    by_inquiry: bool,
    prepared_at: datetime,
    at: datetime,
    timing: Timing,
) -> Verdict:
    """Return what an answer leads to, for an order that is sent or unknown.

    Args:
        answer: what the channel said, or that it said nothing.
        amount: of the order.
        by_inquiry: the channel was asked about the attempt, not given it.
        prepared_at: when the attempt was noted, before it was sent.
        at: when the answer was there.
        timing: how long a request may be on its way.
    """
    match answer.outcome:
        case Outcome.DONE if answer.amount in (None, amount):
            return Verdict(Status.SETTLED, Why.EXECUTED, Outcome.DONE)
        case Outcome.DONE:
            return Verdict(Status.UNKNOWN, Why.AMOUNT_DIFFERS, Outcome.UNKNOWN)
        case Outcome.NOT_DONE:
            never_received = answer.reason is None or answer.reason.code == NEVER_RECEIVED
            if by_inquiry and never_received and at < prepared_at + timing.on_its_way:
                return Verdict(Status.UNKNOWN, Why.NO_ANSWER, Outcome.UNKNOWN)
            return _not_done(answer)
        case Outcome.PENDING:
            return Verdict(Status.SENT, Why.IN_PROCESS, Outcome.PENDING)
    differs = answer.reason is not None and answer.reason.code == AMOUNT_DIFFERS
    why = Why.AMOUNT_DIFFERS if differs else Why.NO_ANSWER
    return Verdict(Status.UNKNOWN, why, Outcome.UNKNOWN)


def is_to_be_closed(order: PaymentOrder, *, is_lost: bool, at: datetime) -> bool:
    """Tell whether nobody shall pay an order any more that somebody was to pay at a wallet.

    Its time is over, who ordered it does not want it any more, or the wallet's answer `is_lost`: it
    waits there, but nobody here can say where it is paid.
    """
    if order.expires_at is None:
        return False
    return is_lost or order.closed_by is not None or at >= order.expires_at


def unpaid(order: PaymentOrder, verdict: Verdict, *, is_lost: bool, at: datetime) -> Verdict:
    """Return what an order comes to that nobody has paid, and nobody can by its attempt any more.

    Args:
        order: somebody was to pay it at a wallet.
        verdict: what the channel's answer, that it was not executed, would make of another order.
        is_lost: nobody here knew where to pay it; it is given to the channel again.
        at: when the answer was there.
    """
    if order.closed_by is not None:
        return Verdict(Status.CANCELLED, Why.CANCELLED, Outcome.NOT_DONE)
    if order.expires_at is not None and at >= order.expires_at:
        return Verdict(Status.REJECTED, Why.EXPIRED, Outcome.NOT_DONE)
    if is_lost:
        return Verdict(Status.RESERVED, Why.NOT_EXECUTED, Outcome.NOT_DONE, again=True)
    return verdict


def _not_done(answer: Answer) -> Verdict:
    """Return what certainly not executed leads to: another try, or the end."""
    action = NextAction.OTHER_CHANNEL if answer.reason is None else answer.reason.action
    match action:
        case NextAction.OTHER_CHANNEL | NextAction.RETRY_LATER:
            heard_nothing = answer.reason is None or answer.reason.code in NOT_HEARD
            again = heard_nothing or action is NextAction.RETRY_LATER
            return Verdict(Status.RESERVED, Why.NOT_EXECUTED, Outcome.NOT_DONE, again)
    return Verdict(Status.REJECTED, Why.REFUSED, Outcome.NOT_DONE)
