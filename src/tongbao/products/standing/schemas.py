"""Shapes of `/api/v1/standing-orders`."""

from datetime import date, datetime
from itertools import islice
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.products.standing.domain.orders import (
    RETRIES,
    RETRIES_MAX,
    DateOutcome,
    Occurrence,
    OrderState,
    StandingOrder,
)
from tongbao.products.standing.domain.schedule import (
    CALENDAR,
    COUNT_MAX,
    EVERY_MAX,
    HolidayRule,
    Schedule,
    ScheduleUnit,
)

UPCOMING_SHOWN: Final = 12
EXAMPLE_ID: Final = "0197c0de-0000-7000-8000-000000000001"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class ScheduleIn(Shape):
    """The days on which something is paid."""

    model_config = ConfigDict(
        title="StandingSchedule",
        json_schema_extra={
            "examples": [
                {
                    "first_on": "2199-01-31",
                    "unit": "month",
                    "month_day": 31,
                    "holidays": "next",
                    "count": 12,
                }
            ]
        },
    )

    first_on: Annotated[IsoDate, Field(description="Tomorrow or later")]
    unit: Annotated[
        ScheduleUnit, Field(description="`once`, or every so many days, weeks or months")
    ] = ScheduleUnit.MONTH
    every: Annotated[int, Field(ge=1, le=EVERY_MAX)] = 1
    month_day: Annotated[
        int | None,
        Field(ge=1, le=31, description="Of each month; a shorter one has its last day instead"),
    ] = None
    holidays: Annotated[
        HolidayRule,
        Field(
            description="A day banks are closed: paid all the same, the business day after it, "
            "or before it"
        ),
    ] = HolidayRule.AS_IS
    last_on: Annotated[IsoDate | None, Field(description="No date after this one")] = None
    count: Annotated[int | None, Field(ge=1, le=COUNT_MAX, description="So many dates")] = None

    @property
    def schedule(self) -> Schedule:
        """Return the schedule. Raises `ScheduleWrong`."""
        return Schedule(
            first_on=self.first_on,
            unit=self.unit,
            every=self.every,
            month_day=self.month_day,
            holidays=self.holidays,
            last_on=self.last_on,
            count=self.count,
        )

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleIn":
        """Return the shape of a schedule."""
        return cls(
            first_on=schedule.first_on,
            unit=schedule.unit,
            every=schedule.every,
            month_day=schedule.month_day,
            holidays=schedule.holidays,
            last_on=schedule.last_on,
            count=schedule.count,
        )


class NewStandingOrder(Shape):
    """Payments to come, to an account of this bank."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "debtor_account_id": EXAMPLE_ID,
                    "creditor_account_number": "9900010000000000026",
                    "creditor_name": "华东建材有限公司",
                    "amount": {"amount": "3500.00", "currency": "CNY"},
                    "remittance": "房租",
                    "schedule": {
                        "first_on": "2199-01-31",
                        "unit": "month",
                        "month_day": 31,
                        "holidays": "next",
                        "count": 12,
                    },
                }
            ]
        }
    )

    debtor_account_id: Annotated[UUID, Field(description="The account that pays; one's own")]
    creditor_account_number: Annotated[str, Field(pattern=r"^[0-9]{8,34}$")]
    creditor_name: Annotated[str, Field(min_length=1, max_length=140)]
    amount: Annotated[MoneyField, Field(description="Of each date")]
    remittance: Annotated[str | None, Field(max_length=140)] = None
    schedule: ScheduleIn
    retries: Annotated[
        int,
        Field(ge=0, le=RETRIES_MAX, description="Business days on which a shortage is tried again"),
    ] = RETRIES


class DateToCome(Shape):
    """A date on which something is to be paid."""

    number: int
    nominal_on: Annotated[date, Field(description="Before holidays are looked at")]
    due_on: date


class DatesToCome(Shape):
    """The next dates of a schedule."""

    items: list[DateToCome]

    @classmethod
    def of(cls, schedule: Schedule, *, number: int = 0) -> "DatesToCome":
        """Return the next dozen dates from a number on."""
        some = islice(schedule.upcoming(number, CALENDAR), UPCOMING_SHOWN)
        return cls(
            items=[
                DateToCome(number=number, nominal_on=nominal, due_on=due)
                for number, nominal, due in some
            ]
        )


class StandingOrderOut(Shape):
    """A standing order."""

    model_config = ConfigDict(title="StandingOrder")

    id: UUID
    party_id: UUID
    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: MoneyField
    remittance: str | None
    schedule: ScheduleIn
    retries: int
    state: OrderState
    stopped_by: Annotated[
        str | None, Field(description="`customer`, `schedule`, or the problem that paused it")
    ]
    next_on: date | None
    approval_id: Annotated[
        UUID | None, Field(description="What the firm's approvers signed, once for all dates")
    ]
    made_at: datetime

    @classmethod
    def of(cls, order: StandingOrder) -> "StandingOrderOut":
        """Return the shape of an order."""
        return cls(
            id=order.id,
            party_id=order.party_id,
            debtor_account_id=order.debtor_account_id,
            creditor_account_number=order.creditor_account_number,
            creditor_name=order.creditor_name,
            amount=order.amount,
            remittance=order.remittance,
            schedule=ScheduleIn.of(order.schedule),
            retries=order.retries,
            state=order.state,
            stopped_by=order.stopped_by,
            next_on=order.next_on,
            approval_id=order.approval_id,
            made_at=order.made_at,
        )


class StandingOrdersOut(Shape):
    """A page of orders, the newest first."""

    items: list[StandingOrderOut]
    next: str | None


class OccurrenceOut(Shape):
    """What became of a date."""

    number: int
    nominal_on: date
    due_on: date
    outcome: DateOutcome
    attempts: int
    retry_on: date | None
    payment_id: UUID | None
    reason_code: str | None
    reason: str | None

    @classmethod
    def of(cls, each: Occurrence, language: Language) -> "OccurrenceOut":
        """Return the shape of an occurrence, its reason in words of `language`."""
        return cls(
            number=each.number,
            nominal_on=each.nominal_on,
            due_on=each.due_on,
            outcome=each.outcome,
            attempts=each.attempts,
            retry_on=each.retry_on,
            payment_id=each.payment_id,
            reason_code=each.reason_code,
            reason=None if each.reason is None else each.reason.say(language),
        )


class OccurrencesOut(Shape):
    """A page of dates, the latest first."""

    items: list[OccurrenceOut]
    next: str | None
