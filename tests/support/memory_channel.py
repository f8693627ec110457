"""A payment channel in memory: it keeps a book of what it really did, and misbehaves on demand."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Self
from unittest.mock import patch

from tongbao.core.channels import service as channels
from tongbao.core.channels.service import (
    Answer,
    Callback,
    Candidate,
    Condition,
    Connection,
    CounterpartyKind,
    Features,
    Instruction,
    NoChannel,
    Notice,
    NoticeKind,
    Operation,
    Outcome,
    Reason,
    Receipt,
    Route,
    SentBack,
    Statement,
    StatementMissing,
    Terms,
    reason,
)
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

START = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
KINDS: Mapping[Operation, frozenset[CounterpartyKind | None]] = {
    Operation.PAY_OUT: frozenset({CounterpartyKind.BANK_ACCOUNT, CounterpartyKind.CARD}),
    Operation.COLLECT: frozenset({CounterpartyKind.CARD, None}),
    Operation.REFUND: frozenset({CounterpartyKind.CARD}),
    Operation.RECALL: frozenset({None}),
}


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def on(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


@dataclass
class Payment:
    """What the channel has of one reference."""

    instruction: Instruction
    outcome: Outcome
    why: Reason | None = None


@dataclass
class MemoryChannel:
    """Does what it is told, unless told otherwise for the next requests.

    `plans` are used up one a submission: done, pending, refused, elsewhere (not for this channel),
    dropped (never received), done_silently, refused_silently, pending_silently (no answer),
    unreachable, broken (raises), other_amount. What is pending waits for a payer, until it is
    settled or closed.
    """

    features: ClassVar[Features] = Features(
        title=Text(zh="内存通道", en="Memory"),
        currency="CNY",
        kinds=KINDS,
        terms=dict.fromkeys(KINDS, Terms()),
    )

    name: str = "memory"
    plans: deque[str] = field(default_factory=deque)
    book: dict[str, Payment] = field(default_factory=dict)
    submitted: list[str] = field(default_factory=list)
    inquired: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    deaf: bool = False  # inquiries are not answered
    said_amount: Money | None = None
    messages: dict[bytes, Callback] = field(default_factory=dict)
    sent_back: dict[str, SentBack] = field(default_factory=dict)  # by the reference of its recall
    statements: dict[date, Statement] = field(default_factory=dict)

    @classmethod
    def connect(cls, _connection: Connection, *, clock: Callable[[], datetime]) -> Self:
        raise NotImplementedError

    def plan(self, *plans: str) -> None:
        self.plans.extend(plans)

    async def submit(self, instruction: Instruction) -> Answer:
        self.submitted.append(instruction.reference)
        plan = self.plans.popleft() if self.plans else "done"
        if plan == "unreachable":
            return Answer(outcome=Outcome.NOT_DONE, reason=reason(Reason.UNREACHABLE))
        if plan == "dropped":
            return _unknown()
        kind, _, silent = plan.partition("_")
        if instruction.reference not in self.book:
            self.book[instruction.reference] = Payment(instruction, *_PLANS[kind])
        if plan == "broken":
            raise RuntimeError("a defect of the plug-in, after it was sent")
        if silent:
            return _unknown()
        told = self._told(instruction.reference)
        shown = instruction.counterparty is None and instruction.operation is Operation.COLLECT
        if shown and told.outcome is Outcome.PENDING:
            return replace(told, redirect=f"https://{self.name}.invalid/{instruction.reference}")
        return told

    async def inquire(self, instruction: Instruction) -> Answer:
        self.inquired.append(instruction.reference)
        if self.deaf:
            return _unknown()
        return self._told(instruction.reference)

    async def close(self, instruction: Instruction) -> Answer:
        """Let nobody pay what is pending, unless the request is lost; then tell what it is."""
        self.closed.append(instruction.reference)
        known = self.book.get(instruction.reference)
        if not self.deaf and known is not None and known.outcome is Outcome.PENDING:
            self.refuse(instruction.reference, Reason.NOT_PAID)
        return await self.inquire(instruction)

    def settle(self, reference: str) -> None:
        """Bring a pending payment to its end."""
        assert self.book[reference].outcome is Outcome.PENDING
        self.book[reference].outcome = Outcome.DONE

    def refuse(self, reference: str, why: Reason = Reason.UNKNOWN_ACCOUNT) -> None:
        """Refuse a pending payment."""
        assert self.book[reference].outcome is Outcome.PENDING
        self.book[reference] = Payment(self.book[reference].instruction, Outcome.NOT_DONE, why)

    def done(self) -> list[Instruction]:
        """Return what it has executed."""
        return [each.instruction for each in self.book.values() if each.outcome is Outcome.DONE]

    async def statement(self, day: date) -> Statement:
        if day not in self.statements:
            raise StatementMissing(channel=self.name, day=day, cause="memory")
        return self.statements[day]

    def message(self, notice: Notice, *, is_true: bool = True) -> bytes:
        """Return the bytes of a message; what it says happened, unless it lies."""
        body = f"{self.name} {len(self.messages)} {notice.reference}".encode()
        self.messages[body] = Callback(body.decode()[:64], (notice,))
        if is_true and notice.kind is not NoticeKind.OUTCOME:
            self.send(notice)
        return body

    def send(self, notice: Notice) -> None:
        """Send money that comes in or back, and tell nobody."""
        told = Instruction(
            reference=notice.reference,
            operation=Operation.COLLECT,
            amount=notice.amount,
            at=START,
        )
        self.book[notice.reference] = Payment(told, Outcome.DONE)

    def read_callback(
        self,
        _headers: Mapping[str, str],
        body: bytes,
        *,
        at: datetime,  # noqa: ARG002 - the port's
    ) -> Callback:
        return self.messages[body]

    def receipt(self) -> Receipt:
        return Receipt()

    def _told(self, reference: str) -> Answer:
        known = self.book.get(reference)
        if known is None:
            return Answer(outcome=Outcome.NOT_DONE, reason=reason(Reason.NEVER_RECEIVED))
        return Answer(
            outcome=known.outcome,
            channel_reference=f"M{reference[:12]}",
            reason=None if known.why is None else reason(known.why),
            amount=self.said_amount or known.instruction.amount,
            sent_back=self.sent_back.get(reference),
        )


_PLANS: Mapping[str, tuple[Outcome, Reason | None]] = {
    "done": (Outcome.DONE, None),
    "broken": (Outcome.DONE, None),
    "pending": (Outcome.PENDING, None),
    "refused": (Outcome.NOT_DONE, Reason.UNKNOWN_ACCOUNT),
    "elsewhere": (Outcome.NOT_DONE, Reason.OVER_LIMIT),
}


def _unknown() -> Answer:
    return Answer(outcome=Outcome.UNKNOWN, reason=reason(Reason.TIMED_OUT))


@contextmanager
def outside(clock: Clock, *made: MemoryChannel) -> Iterator[Sequence[MemoryChannel]]:
    """Let payments go over these channels alone, in this order."""

    async def route(_tx: WriteSession, *, only: str | None = None, **_facts: Any) -> Route:
        found = [each for each in made if only in (None, each.name)]
        if not found:
            raise NoChannel(why="no channel")
        cost, why = Money.zero("CNY"), Text(zh="测试", en="a test")
        return Route(tuple(Candidate(each.name, cost, Condition(), why) for each in found), ())

    async def preview(tx: WriteSession, **facts: Any) -> Route:
        return await route(tx, **facts)

    async def observe(_tx: WriteSession, _seen: object, *, at: datetime) -> None:
        """Keep no window: which channel is taken is the test's to say."""

    configuration = channels.Configuration(gateways={each.name: each for each in made}, clock=clock)
    before = configuration_now()
    channels.configure(configuration)
    try:
        with patch.multiple(channels, route=route, preview=preview, observe=observe):
            yield made
    finally:
        channels.configure(before)


def configuration_now() -> channels.Configuration:
    from tongbao.core.channels.service.configuration import current  # noqa: PLC0415

    return current()
