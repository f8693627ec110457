"""API shapes of reconciliation, as staff sees it."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tongbao.core.reconciliation.domain.nouns import (
    Break,
    BreakAge,
    BreakKind,
    BreakState,
    Day,
    Happening,
    NewLine,
    NewStatement,
    Pair,
    Side,
    Statement,
    Suspense,
    age_of,
)
from tongbao.core.reconciliation.domain.suggesting import suggest
from tongbao.kernel.clock import business_date
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import CurrencyCode, MoneyField
from tongbao.kernel.text import Language

CHANNEL_PATTERN: Final = "^[a-z][a-z0-9-]{1,39}$"
REFERENCE_PATTERN: Final = r"^[!-~]([ -~]{0,62}[!-~])?$"
LINES_BY_HAND_MAX: Final = 5_000
BREAKS_TOGETHER_MAX: Final = 100
ADJUSTMENTS_MAX: Final = 20

ChannelName = Annotated[str, Field(pattern=CHANNEL_PATTERN, examples=["card"])]
Reference = Annotated[str, Field(pattern=REFERENCE_PATTERN)]
Reason = Annotated[str, Field(min_length=1, max_length=500, description="Why")]


class ReconciliationShape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class StatementLineIn(ReconciliationShape):
    """A line: above zero is money to us, below zero from us; the fee is what the channel keeps."""

    reference: Reference
    amount: MoneyField
    fee: MoneyField | None = None
    channel_reference: Reference | None = None


class ChannelStatementIn(ReconciliationShape):
    """What a channel says of a day, where its file is not fetched from it.

    `settles_on` and `settlement`: when, and under which reference, its net comes to our bank as one
    payment; neither, where each line moved on our account there itself.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "card",
                    "day": "2026-11-20",
                    "currency": "CNY",
                    "settles_on": "2026-11-21",
                    "settlement": "CARD-20261120",
                    "lines": [
                        {
                            "reference": "0198c9a47a527c3e9d1b3f8f6f2b9a13",
                            "amount": {"amount": "125.00", "currency": "CNY"},
                            "fee": {"amount": "0.75", "currency": "CNY"},
                            "channel_reference": "C000000001",
                        }
                    ],
                }
            ]
        }
    )

    channel: ChannelName
    day: IsoDate
    currency: CurrencyCode
    lines: Annotated[list[StatementLineIn], Field(max_length=LINES_BY_HAND_MAX)]
    settles_on: IsoDate | None = None
    settlement: Reference | None = None
    corrects: Annotated[
        bool, Field(strict=True, description="It takes the place of the one of this day")
    ] = False

    @model_validator(mode="after")
    def _whole(self) -> "ChannelStatementIn":
        if (self.settles_on is None) != (self.settlement is None):
            msg = "give settles_on and settlement together, or neither"
            raise ValueError(msg)
        of_each = [line.amount for line in self.lines]
        of_each += [line.fee for line in self.lines if line.fee is not None]
        if any(money.currency != self.currency for money in of_each):
            msg = "all amounts are of the statement's currency"
            raise ValueError(msg)
        if any(line.fee is not None and line.fee.minor < 0 for line in self.lines):
            msg = "a fee is not below zero"
            raise ValueError(msg)
        return self

    def to_domain(self) -> NewStatement:
        """Return the statement."""
        return NewStatement(
            channel=self.channel,
            side=Side.CHANNEL,
            day=self.day,
            currency=self.currency,
            settles_on=self.settles_on,
            settlement=self.settlement,
            lines=[
                NewLine(
                    reference=line.reference,
                    amount=line.amount.minor,
                    fee=0 if line.fee is None else line.fee.minor,
                    their_reference=line.channel_reference or "",
                )
                for line in self.lines
            ],
        )


class StatementTakenOut(ReconciliationShape):
    """A statement as it was taken in; `is_new`: just now, and not before."""

    id: UUID
    channel: str
    side: Side
    day: date
    lines: int
    net: MoneyField
    fees: MoneyField
    taken_at: datetime
    is_new: bool

    @classmethod
    def of(cls, taken: Statement) -> "StatementTakenOut":
        """Return the shape of a statement."""
        return cls(
            id=taken.id,
            channel=taken.channel,
            side=taken.side,
            day=taken.day,
            lines=taken.lines,
            net=Money(taken.net, taken.currency),
            fees=Money(taken.fees, taken.currency),
            taken_at=taken.taken_at,
            is_new=taken.is_new,
        )


class DayToReconcileIn(ReconciliationShape):
    """Which day of which channel is to be compared."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"channel": "card", "day": "2026-11-20"}]}
    )

    channel: ChannelName
    day: IsoDate


class ReconciledDayOut(ReconciliationShape):
    """A day of a channel; counts are of references of its statement."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "card",
                    "day": "2026-11-20",
                    "lines": 1042,
                    "net": {"amount": "88230.15", "currency": "CNY"},
                    "fees": {"amount": "529.40", "currency": "CNY"},
                    "exact": 1036,
                    "tolerant": 3,
                    "many_to_one": 1,
                    "broken": 1,
                    "reconciled_at": "2026-11-21T01:10:00Z",
                }
            ]
        }
    )

    channel: str
    day: date
    lines: int
    net: MoneyField
    fees: MoneyField
    exact: int
    tolerant: Annotated[int, Field(description="But for the fee, or by one day")]
    many_to_one: int
    broken: int
    reconciled_at: datetime

    @classmethod
    def of(cls, day: Day) -> "ReconciledDayOut":
        """Return the shape of a day."""
        return cls(
            channel=day.channel,
            day=day.day,
            lines=day.lines,
            net=Money(day.net, day.currency),
            fees=Money(day.fees, day.currency),
            exact=day.exact,
            tolerant=day.tolerant,
            many_to_one=day.many_to_one,
            broken=day.broken,
            reconciled_at=day.reconciled_at,
        )


class SuggestionOut(ReconciliationShape):
    """What would close it: in words; and whom to give it where that is clear."""

    words: str
    amount: Annotated[MoneyField, Field(description="Out of suspense; below zero into it")]
    account_id: Annotated[UUID | None, Field(description="A ledger account; null: find out")]


class BreakOut(ReconciliationShape):
    """A case. `difference` is what the other side says less what the books say."""

    id: UUID
    channel: str
    pair: Pair
    reference: str
    kind: BreakKind
    day: date
    age_days: int
    age: BreakAge
    ours: MoneyField
    theirs: MoneyField
    difference: MoneyField
    in_suspense: MoneyField
    state: BreakState
    owner_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    transaction_id: Annotated[UUID | None, Field(description="What closed it in the ledger")]
    suggestion: SuggestionOut | None

    @classmethod
    def of(cls, case: Break, *, today: date, language: Language) -> "BreakOut":
        """Return the shape of a case."""

        def money(minor: int) -> Money:
            return Money(minor, case.currency)

        advice = None if case.closed_at is not None else suggest(case)
        until = today if case.closed_at is None else business_date(case.closed_at)
        return cls(
            id=case.id,
            channel=case.channel,
            pair=case.pair,
            reference=case.reference,
            kind=case.kind,
            day=case.day,
            age_days=max((until - case.day).days, 0),
            age=age_of(case.day, today=until),
            ours=money(case.ours),
            theirs=money(case.theirs),
            difference=money(case.difference),
            in_suspense=money(case.parked),
            state=case.state,
            owner_id=case.owner_id,
            opened_at=case.opened_at,
            closed_at=case.closed_at,
            transaction_id=case.transaction_id,
            suggestion=None
            if advice is None
            else SuggestionOut(
                words=advice.words.say(language),
                amount=money(advice.amount),
                account_id=advice.account,
            ),
        )


class HappeningOut(ReconciliationShape):
    """One thing that happened to a case; `actor_id` null: a run of the reconciliation."""

    at: datetime
    actor_id: UUID | None
    what: str
    note: str

    @classmethod
    def of(cls, happening: Happening) -> "HappeningOut":
        """Return the shape of a happening."""
        return cls(
            at=happening.at,
            actor_id=happening.actor_id,
            what=happening.what,
            note=happening.note,
        )


class BreakWithHistoryOut(BreakOut):
    """A case with what happened to it, in order."""

    history: list[HappeningOut]


class OwnerIn(ReconciliationShape):
    """Who works on a case; null: nobody any more."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"owner_id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a13"}]}
    )

    owner_id: UUID | None


class NoteIn(ReconciliationShape):
    """A remark for the history of a case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "已致电通道核实"}]})

    note: Annotated[str, Field(min_length=1, max_length=500)]


class AdjustmentPostingIn(ReconciliationShape):
    """`amount` for a ledger account, by id or code, out of suspense; below zero, out of it."""

    model_config = ConfigDict(title="ReconciliationPosting")

    account: Annotated[str, Field(min_length=1, max_length=100)]
    amount: MoneyField


class BreakResolutionIn(ReconciliationShape):
    """Cases to be closed together, and where what they have in suspense goes: all of it.

    Cases that cancel each other out need no posting, nor does a difference of days.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "breaks": ["0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a13"],
                    "postings": [
                        {
                            "account": "channels.fees.card.CNY",
                            "amount": {"amount": "-0.60", "currency": "CNY"},
                        }
                    ],
                    "reason": "通道少结手续费差额",
                }
            ]
        }
    )

    breaks: Annotated[list[UUID], Field(min_length=1, max_length=BREAKS_TOGETHER_MAX)]
    postings: Annotated[list[AdjustmentPostingIn], Field(max_length=ADJUSTMENTS_MAX)] = []
    reason: Reason


class SuspenseOut(ReconciliationShape):
    """A channel's suspense account. It must return to zero; what no case explains is an alarm."""

    channel: str
    balance: MoneyField
    explained: Annotated[MoneyField, Field(description="By open cases")]
    unexplained: MoneyField
    cases: int
    oldest_on: date | None
    ages: Annotated[dict[BreakAge, int], Field(description="Open cases by age in days")]

    @classmethod
    def of(cls, of: Suspense, ages: dict[BreakAge, int]) -> "SuspenseOut":
        """Return the shape of a suspense account."""
        return cls(
            channel=of.channel,
            balance=Money(of.balance, of.currency),
            explained=Money(of.explained, of.currency),
            unexplained=Money(of.unexplained, of.currency),
            cases=of.cases,
            oldest_on=of.oldest_on,
            ages=ages,
        )


class SuspenseReportOut(ReconciliationShape):
    """The suspense accounts of all channels."""

    items: list[SuspenseOut]
