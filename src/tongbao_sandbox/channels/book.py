"""What a channel knows of payments: the truth that a merchant's own books are compared with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from itertools import count
from threading import RLock
from typing import Final

ZONE: Final = timezone(timedelta(hours=8), "CST")
BALANCE_MINOR: Final = 10_000_000_00
"""What each customer of a channel has at first."""


class Direction(StrEnum):
    """Which way the money goes, as the merchant sees it."""

    COLLECT = "collect"
    PAYOUT = "payout"
    REFUND = "refund"


class Status(StrEnum):
    """Where a payment stands; the last three are final."""

    WAITING = "waiting"  # for the customer, who has to scan or confirm
    PROCESSING = "processing"
    SETTLED = "settled"
    REJECTED = "rejected"
    CLOSED = "closed"


@dataclass(slots=True)
class Payment:
    """One payment of the channel; `reference` is the merchant's, `number` the channel's own."""

    number: str
    reference: str
    direction: Direction
    amount: int
    currency: str
    account: str
    name: str
    created_at: datetime
    original: str | None = None
    remittance: str = ""
    notify_url: str | None = None
    status: Status = Status.PROCESSING
    code: str = ""
    settled_at: datetime | None = None
    details: dict[str, str] = field(default_factory=dict)

    @property
    def settled_on(self) -> date | None:
        """Return the channel's settlement day, which is a calendar day in China."""
        return None if self.settled_at is None else self.settled_at.astimezone(ZONE).date()

    @property
    def owed(self) -> int:
        """Return what the channel owes the merchant for it; less than nothing for a payout."""
        if self.status is not Status.SETTLED:
            return 0
        return self.amount if self.direction is Direction.COLLECT else -self.amount


class ReferenceReused(Exception):
    """The same reference came with another content."""


class Refusal(Exception):
    """The channel will not do it, for a reason of `REASONS`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Book:
    """The payments and customers of one channel."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = count(1)
        self._payments: dict[str, Payment] = {}
        self._balances: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._lock = RLock()

    def know(self, account: str, *, name: str | None, balance: int | None) -> None:
        """Say who holds an account and what is on it."""
        with self._lock:
            if name is not None:
                self._names[account] = name
            if balance is not None:
                self._balances[account] = balance

    def holder(self, account: str) -> str | None:
        """Return the name of an account's holder, if one was given."""
        return self._names.get(account)

    def balance(self, account: str) -> int:
        """Return what a customer has."""
        return self._balances.get(account, BALANCE_MINOR)

    def submit(self, payment: Payment) -> tuple[Payment, bool]:
        """Take a payment in, once; return the one known and whether it is new.

        Raises `ReferenceReused`.
        """
        with self._lock:
            known = self._payments.get(payment.reference)
            if known is None:
                self._payments[payment.reference] = payment
                return payment, True
            if _content(known) != _content(payment):
                raise ReferenceReused
            return known, False

    def new_number(self) -> str:
        """Return a number of the channel's own."""
        return f"{self._prefix}{next(self._numbers):012d}"

    def find(self, reference: str) -> Payment | None:
        """Return a payment by the merchant's reference."""
        return self._payments.get(reference)

    def by_number(self, number: str) -> Payment | None:
        """Return a payment by the channel's number."""
        return next((each for each in self.all() if each.number == number), None)

    def all(self) -> list[Payment]:
        """Return every payment, in the order they came."""
        with self._lock:
            return list(self._payments.values())

    def settle(self, payment: Payment, *, at: datetime) -> None:
        """Move the money, or reject the payment for want of it; a final one stays as it is."""
        with self._lock:
            if payment.status not in (Status.WAITING, Status.PROCESSING):
                return
            reason = self._hindrance(payment)
            if reason is not None:
                payment.status, payment.code = Status.REJECTED, reason
                return
            taken = payment.direction is Direction.COLLECT
            change = -payment.amount if taken else payment.amount
            self._balances[payment.account] = self.balance(payment.account) + change
            payment.status, payment.settled_at = Status.SETTLED, at

    def reject(self, payment: Payment, reason: str) -> None:
        """Refuse a payment that is not final."""
        with self._lock:
            if payment.status in (Status.WAITING, Status.PROCESSING):
                payment.status, payment.code = Status.REJECTED, reason

    def close(self, payment: Payment) -> bool:
        """Let nobody pay it any more; tell whether that could be had."""
        with self._lock:
            if payment.status is Status.WAITING:
                payment.status = Status.CLOSED
            return payment.status is Status.CLOSED

    def reopen(self, payment: Payment) -> None:
        """Let a closed payment be paid all the same."""
        with self._lock:
            if payment.status is Status.CLOSED:
                payment.status = Status.WAITING

    def settled_on(self, day: date) -> Iterator[Payment]:
        """Return what was settled on a day, in the order it came."""
        return (each for each in self.all() if each.settled_on == day)

    def _hindrance(self, payment: Payment) -> str | None:
        holder = self.holder(payment.account)
        if holder is not None and payment.name and payment.name != holder:
            return "name_mismatch"
        taken = payment.direction is Direction.COLLECT
        if taken and self.balance(payment.account) < payment.amount:
            return "insufficient_funds"
        if payment.direction is not Direction.REFUND:
            return None
        original = self.find(payment.original or "")
        if original is None or original.status is not Status.SETTLED:
            return "unknown_original"
        refunded = sum(
            each.amount
            for each in self._payments.values()
            if each.direction is Direction.REFUND
            and each.original == payment.original
            and each.status is Status.SETTLED
        )
        return "refund_too_large" if refunded + payment.amount > original.amount else None


def _content(payment: Payment) -> tuple[object, ...]:
    return (
        payment.direction, payment.amount, payment.currency, payment.account, payment.name,
        payment.original,
    )  # fmt: skip
