"""What happened in lending."""

from typing import ClassVar, Literal
from uuid import UUID

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField, RateField


class ApplicationSubmitted(Event):
    """A firm asked for a loan."""

    type: ClassVar[str] = "lending.application_submitted"

    application_id: UUID
    party_id: UUID
    requested: MoneyField | None
    term_months: int

    @property
    def subject(self) -> str:
        """Return the application's id."""
        return str(self.application_id)


class ApplicationDecided(Event):
    """An application was approved, refused or referred to a person."""

    type: ClassVar[str] = "lending.application_decided"

    application_id: UUID
    party_id: UUID
    decision_id: UUID
    outcome: Literal["approved", "refused", "referred"]
    reason_codes: tuple[str, ...]
    limit: MoneyField | None
    annual_rate: RateField | None

    @property
    def subject(self) -> str:
        """Return the application's id."""
        return str(self.application_id)


class ApplicationClosed(Event):
    """An application was stopped before it was decided, or its offer ended by a person."""

    type: ClassVar[str] = "lending.application_closed"

    application_id: UUID
    party_id: UUID
    reason_code: str

    @property
    def subject(self) -> str:
        """Return the application's id."""
        return str(self.application_id)


class ReviewOpened(Event):
    """What a line was granted on has ended: a person is to look at it."""

    type: ClassVar[str] = "lending.review_opened"

    review_id: UUID
    application_id: UUID
    party_id: UUID
    loan_id: UUID | None
    reason_code: str

    @property
    def subject(self) -> str:
        """Return the review's id."""
        return str(self.review_id)


class LoanDisbursed(Event):
    """A loan was paid into the firm's account."""

    type: ClassVar[str] = "lending.loan_disbursed"

    loan_id: UUID
    application_id: UUID
    party_id: UUID
    account_id: UUID
    principal: MoneyField
    annual_rate: RateField
    transaction_id: UUID

    @property
    def subject(self) -> str:
        """Return the loan's id."""
        return str(self.loan_id)


class LoanRepaid(Event):
    """Principal of a loan and its interest were paid; `outstanding` is what is still owed."""

    type: ClassVar[str] = "lending.loan_repaid"

    loan_id: UUID
    party_id: UUID
    account_id: UUID
    principal: MoneyField
    interest: MoneyField
    outstanding: MoneyField
    transaction_id: UUID

    @property
    def subject(self) -> str:
        """Return the loan's id."""
        return str(self.loan_id)
