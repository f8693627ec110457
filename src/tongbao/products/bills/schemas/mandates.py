"""Shapes of mandates."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.kernel.money_schema import MoneyField
from tongbao.products.bills.domain.mandates import (
    DueBill,
    DueOutcome,
    Mandate,
    MandateChange,
    MandateState,
)
from tongbao.products.bills.schemas.bills import EXAMPLE_ID, Shape


class NewBillMandate(Shape):
    """That the bills of a saved number are paid by themselves."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "saved_id": EXAMPLE_ID,
                    "debtor_account_id": EXAMPLE_ID,
                    "maximum": {"amount": "300.00", "currency": "CNY"},
                    "month_day": 20,
                }
            ]
        }
    )

    saved_id: UUID
    debtor_account_id: UUID
    maximum: Annotated[MoneyField, Field(description="Of each bill; one above it is not paid")]
    month_day: Annotated[
        int | None,
        Field(ge=1, le=31, description="Of each month; without it bills are paid as they appear"),
    ] = None


class BillMandateOut(Shape):
    """A mandate."""

    model_config = ConfigDict(title="BillMandate")

    id: UUID
    party_id: UUID
    saved_id: UUID
    debtor_account_id: UUID
    maximum: MoneyField
    month_day: int | None
    state: MandateState
    next_look_on: Annotated[date | None, Field(description="When the biller is asked next")]
    made_at: datetime

    @classmethod
    def of(cls, mandate: Mandate) -> "BillMandateOut":
        """Return the shape of a mandate."""
        return cls(
            id=mandate.id,
            party_id=mandate.party_id,
            saved_id=mandate.saved_id,
            debtor_account_id=mandate.debtor_account_id,
            maximum=mandate.maximum,
            month_day=mandate.month_day,
            state=mandate.state,
            next_look_on=mandate.next_look_on,
            made_at=mandate.made_at,
        )


class BillMandatesOut(Shape):
    """The mandates of a party, the newest first."""

    items: list[BillMandateOut]


class DueBillOut(Shape):
    """What became of one bill under a mandate."""

    model_config = ConfigDict(title="DueBill")

    period: str
    amount: MoneyField
    due_on: date
    outcome: DueOutcome
    attempts: int
    retry_on: date | None
    bill_payment_id: UUID | None
    reason_code: str | None

    @classmethod
    def of(cls, due: DueBill) -> "DueBillOut":
        """Return the shape of a bill under a mandate."""
        return cls(
            period=due.period,
            amount=due.amount,
            due_on=due.due_on,
            outcome=due.outcome,
            attempts=due.attempts,
            retry_on=due.retry_on,
            bill_payment_id=due.bill_payment_id,
            reason_code=due.reason_code,
        )


class BillMandateChangeOut(Shape):
    """An arrow a mandate took; `by` is null where it was the platform."""

    model_config = ConfigDict(title="BillMandateChange")

    before: MandateState | None
    after: MandateState
    at: datetime
    by: UUID | None
    why: str

    @classmethod
    def of(cls, change: MandateChange) -> "BillMandateChangeOut":
        """Return the shape of a change."""
        return cls(
            before=change.before, after=change.after, at=change.at, by=change.by, why=change.why
        )


class BillMandateHistoryOut(Shape):
    """Who changed a mandate, and what became of its bills, those seen last first."""

    changes: list[BillMandateChangeOut]
    bills: list[DueBillOut]
