"""A deposit, its instalments and notices, and the dates that follow from them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.core.parties.service import PartyKind
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.days import add_months, whole_months
from tongbao.products.deposits.domain.products import Instruction, Kind, Product, Terms

DepositId = NewType("DepositId", UUID)

MATURITY_NEAR_DAYS: Final = 3
"""So many days before maturity the holder is told."""
NOTICE_DAYS_MAX: Final = 90
"""A notice names a day no further away than this."""
LEVEL_NEEDED: Final = 2
"""Time deposits are for accounts of class II and I (银发〔2015〕392号)."""


class DepositState(StrEnum):
    """Where a deposit stands; only `open` and `matured` ones hold money."""

    OPEN = "open"
    MATURED = "matured"
    """Past its maturity, waiting for its holder at the demand rate."""
    PAID_OUT = "paid_out"
    RENEWED = "renewed"
    """Another term of the same number follows it."""
    BROKEN = "broken"
    """Withdrawn in full before maturity."""
    CLOSED = "closed"
    """A notice deposit of which nothing is left."""

    @property
    def holds_money(self) -> bool:
        """Tell whether it is not over."""
        return self in {DepositState.OPEN, DepositState.MATURED}


class NoticeState(StrEnum):
    """What became of a notice."""

    OPEN = "open"
    DRAWN = "drawn"
    CANCELLED = "cancelled"
    MISSED = "missed"
    """Its day passed without a withdrawal."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment as paid; a `late` one was paid after the plan had lapsed."""

    number: int
    due_on: date
    paid_on: date
    amount: Money
    late: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A withdrawal announced for a day."""

    id: UUID
    amount: Money
    given_on: date
    draws_on: date
    state: NoticeState = NoticeState.OPEN


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit as it stands.

    `annual_rate` was fixed at opening; a notice deposit has none. `lost` and `reduced` are products
    (minor units times days) of notice periods that earn nothing, and the demand rate.
    """

    id: DepositId
    number: str
    sequence: int
    party_id: UUID
    account_id: UUID
    agreement_id: UUID
    ledger_account_id: UUID
    product: Product
    holder: PartyKind
    state: DepositState
    principal: Money
    opening_amount: Money
    annual_rate: Rate | None
    starts_on: date
    matures_on: date | None
    instruction: Instruction
    opened_at: datetime
    ended_on: date | None = None
    paid_count: int = 0
    lapsed_on: date | None = None
    instalments: tuple[Instalment, ...] = ()
    lost: int = 0
    reduced: int = 0
    part_broken: bool = False
    accrued_minor: int = 0
    accrued_through: date | None = None
    renewed_from: UUID | None = None
    notices: tuple[Notice, ...] = field(default=())

    @property
    def kind(self) -> Kind:
        """Return how money goes in and comes out."""
        return self.product.kind

    @property
    def currency(self) -> str:
        """Return its currency."""
        return self.principal.currency

    @property
    def terms(self) -> Terms:
        """Return the smallest amounts that hold for it."""
        return self.product.terms_for(self.holder, self.currency)

    def has_matured(self, on: date) -> bool:
        """Tell whether its term is over on a day."""
        return self.matures_on is not None and on >= self.matures_on

    @property
    def open_notice(self) -> Notice | None:
        """Return the notice that stands, if one does."""
        return next((each for each in self.notices if each.state is NoticeState.OPEN), None)


def due_date(start: date, number: int) -> date:
    """Return when an instalment is due, counted from 0: the first one opens the plan."""
    return add_months(start, number)


def plan_month(start: date, day: date) -> int:
    """Return in which month of a plan a day lies, counted from 0."""
    return whole_months(start, day)[0]


def next_due(start: date, months: int, paid_count: int, lapsed_on: date | None) -> date | None:
    """Return the day on which the next instalment is collected; none after the last or a lapse."""
    if paid_count >= months or lapsed_on is not None:
        return None
    return due_date(start, paid_count)


def lapse_date(start: date, months: int, paid_count: int) -> date | None:
    """Return the day on which the plan lapses if nothing more is paid.

    An instalment can be made up in the month after its own (次月补齐), so the plan lapses two
    months after the first one missed was due. At maturity nothing lapses any more.
    """
    day = due_date(start, paid_count + 2)
    return day if paid_count < months and day < add_months(start, months) else None


def notice_days_allowed(product: Product, today: date) -> tuple[date, date]:
    """Return the first and the last day that a notice given today can name."""
    return (
        today + timedelta(days=product.notice_days),
        today + timedelta(days=NOTICE_DAYS_MAX),
    )
