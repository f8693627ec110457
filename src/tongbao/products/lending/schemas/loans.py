"""The agreement to be signed, and loans."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.kernel.text import Language
from tongbao.products.lending.domain.cost import Cost, daily_interest
from tongbao.products.lending.domain.decision import daily_interest_per_10000
from tongbao.products.lending.domain.loan import (
    DAY_COUNT,
    REPAYMENT_METHOD,
    AgreementPreview,
    LoanAccount,
)
from tongbao.products.lending.schemas.base import EXAMPLE_DIGEST, Shape


class CostOut(Shape):
    """What is paid when principal is repaid on a day: the lines of a sum."""

    paid_on: date
    days: Annotated[int, Field(description="That bear interest, those that are late included")]
    late_days: Annotated[int, Field(description="Of them; they count one and a half times")]
    principal: MoneyField
    interest: MoneyField
    total: MoneyField

    @classmethod
    def of(cls, cost: Cost) -> "CostOut":
        """Return the shape of a cost."""
        return cls(
            paid_on=cost.paid_on,
            days=cost.days,
            late_days=cost.late_days,
            principal=cost.principal,
            interest=cost.interest,
            total=cost.total,
        )


class AgreementPreviewOut(Shape):
    """The agreement that would be signed, word for word, and its digest to send back."""

    template: str
    template_version: str
    language: Language
    text: str
    text_digest: Annotated[str, Field(examples=[EXAMPLE_DIGEST])]
    daily_interest: Annotated[MoneyField, Field(description="Of all that would be drawn")]
    at_maturity: Annotated[CostOut, Field(description="If nothing is repaid before")]

    @classmethod
    def of(cls, preview: AgreementPreview) -> "AgreementPreviewOut":
        """Return the shape of a rendered text and what the loan would cost."""
        rendered = preview.rendered
        return cls(
            daily_interest=preview.daily_interest,
            at_maturity=CostOut.of(preview.at_maturity),
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
    daily_interest: Annotated[MoneyField, Field(description="Of one day on what is outstanding")]
    at_maturity: Annotated[
        CostOut | None, Field(description="Due if nothing is repaid before; null: all is repaid")
    ]

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
            daily_interest=daily_interest(account.outstanding, loan.annual_rate),
            at_maturity=CostOut.of(account.at_maturity) if account.outstanding.minor else None,
        )


class LoansOut(Shape):
    """A page of loans, newest first."""

    items: list[LoanOut]
    next: str | None
