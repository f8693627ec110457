"""What happened to deposits."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField, RateField


class _OfADeposit(BaseModel):
    """Which deposit it is about, and whose."""

    deposit_id: UUID
    party_id: UUID
    product: str

    @property
    def subject(self) -> str:
        """Return the deposit's id."""
        return str(self.deposit_id)


class DepositOpened(_OfADeposit, Event):
    """Somebody has deposited money; of a plan, the first instalment."""

    type: ClassVar[str] = "deposits.deposit_opened"

    account_id: UUID
    amount: MoneyField
    annual_rate: RateField | None
    starts_on: date
    matures_on: date | None
    transaction_id: UUID


class MaturityNear(_OfADeposit, Event):
    """A term ends in a few days; until the day before its holder can say what then."""

    type: ClassVar[str] = "deposits.maturity_near"

    principal: MoneyField
    matures_on: date
    instruction: str


class DepositMatured(_OfADeposit, Event):
    """A term is over and the money waits for its holder, at the demand rate.

    `reason`: the holder wanted it so; the settlement account takes nothing in; or the product has
    no rate any more to go on with.
    """

    type: ClassVar[str] = "deposits.deposit_matured"

    principal: MoneyField
    matures_on: date
    reason: Literal["held", "account_refused", "not_offered"]


class DepositRenewed(_OfADeposit, Event):
    """Another term follows, as another deposit of the same number."""

    type: ClassVar[str] = "deposits.deposit_renewed"

    renewed_as: UUID
    principal: MoneyField
    interest: MoneyField
    annual_rate: RateField
    starts_on: date
    matures_on: date


class DepositPaidOut(_OfADeposit, Event):
    """All of a deposit whose term is over was paid, with its interest."""

    type: ClassVar[str] = "deposits.deposit_paid_out"

    principal: MoneyField
    interest: MoneyField
    transaction_id: UUID


class DepositBroken(_OfADeposit, Event):
    """A deposit was withdrawn before its time; nothing `remaining`: all of it."""

    type: ClassVar[str] = "deposits.deposit_broken"

    principal: MoneyField
    interest: MoneyField
    remaining: MoneyField
    transaction_id: UUID


class InstalmentPaid(_OfADeposit, Event):
    """An instalment of a plan was paid."""

    type: ClassVar[str] = "deposits.instalment_paid"

    number: int
    amount: MoneyField
    due_on: date
    late: bool
    transaction_id: UUID


class InstalmentMissed(_OfADeposit, Event):
    """The due date of an instalment is over and it was not paid; it can still be made up."""

    type: ClassVar[str] = "deposits.instalment_missed"

    number: int
    amount: MoneyField
    due_on: date
    make_up_by: date


class PlanLapsed(_OfADeposit, Event):
    """An instalment was not made up in time; what is paid from now on earns the demand rate."""

    type: ClassVar[str] = "deposits.plan_lapsed"

    paid_count: int
    lapsed_on: date


class NoticeGiven(_OfADeposit, Event):
    """A withdrawal was announced."""

    type: ClassVar[str] = "deposits.notice_given"

    notice_id: UUID
    amount: MoneyField
    draws_on: date


class NoticeFallsDue(_OfADeposit, Event):
    """Tomorrow is the day of an announced withdrawal; if it is missed, it costs interest."""

    type: ClassVar[str] = "deposits.notice_falls_due"

    notice_id: UUID
    amount: MoneyField
    draws_on: date


class NoticeEnded(_OfADeposit, Event):
    """An announced withdrawal was cancelled, or its day passed: its period earns nothing."""

    type: ClassVar[str] = "deposits.notice_ended"

    notice_id: UUID
    amount: MoneyField
    outcome: Literal["cancelled", "missed"]


class DepositDrawn(_OfADeposit, Event):
    """Something was withdrawn from a notice deposit."""

    type: ClassVar[str] = "deposits.deposit_drawn"

    principal: MoneyField
    interest: MoneyField
    remaining: MoneyField
    transaction_id: UUID


class RateSet(Event):
    """A product has another rate from a day on."""

    type: ClassVar[str] = "deposits.rate_set"

    product: str
    currency: str
    annual_rate: RateField
    valid_from: date

    @property
    def subject(self) -> str:
        """Return the product's code."""
        return self.product
