"""The agreement to be signed, and loans."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from tongbao.core.agreements.service import Rendered
from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.kernel.text import Language
from tongbao.products.lending.domain.decision import daily_interest_per_10000
from tongbao.products.lending.domain.loan import DAY_COUNT, REPAYMENT_METHOD, LoanAccount
from tongbao.products.lending.schemas.base import EXAMPLE_DIGEST, Shape


class AgreementPreviewOut(Shape):
    """The agreement that would be signed, word for word, and its digest to send back."""

    template: str
    template_version: str
    language: Language
    text: str
    text_digest: Annotated[str, Field(examples=[EXAMPLE_DIGEST])]

    @classmethod
    def of(cls, rendered: Rendered) -> "AgreementPreviewOut":
        """Return the shape of a rendered text."""
        return cls(
            template=rendered.template,
            template_version=rendered.template_version,
            language=rendered.language,
            text=rendered.text,
            text_digest=rendered.digest,
        )


class LoanOut(Shape):
    """A loan and what is owed on it now."""

    id: UUID
    application_id: UUID
    party_id: UUID
    account_id: UUID
    agreement_id: UUID
    transaction_id: Annotated[UUID, Field(description="The disbursement in the ledger")]
    principal: MoneyField
    outstanding: MoneyField
    annual_rate: RateField
    daily_interest_per_10000: MoneyField
    day_count: str
    repayment_method: str
    term_months: int
    disbursed_at: datetime
    disbursed_on: date
    matures_on: date

    @classmethod
    def of(cls, account: LoanAccount) -> "LoanOut":
        """Return the shape of a loan."""
        loan = account.loan
        return cls(
            id=loan.id,
            application_id=loan.application_id,
            party_id=loan.party_id,
            account_id=loan.account_id,
            agreement_id=loan.agreement_id,
            transaction_id=loan.transaction_id,
            principal=loan.principal,
            outstanding=account.outstanding,
            annual_rate=loan.annual_rate,
            daily_interest_per_10000=daily_interest_per_10000(loan.annual_rate),
            day_count=DAY_COUNT,
            repayment_method=REPAYMENT_METHOD,
            term_months=loan.term_months,
            disbursed_at=loan.disbursed_at,
            disbursed_on=loan.disbursed_on,
            matures_on=loan.matures_on,
        )


class LoansOut(Shape):
    """A page of loans, newest first."""

    items: list[LoanOut]
    next: str | None
