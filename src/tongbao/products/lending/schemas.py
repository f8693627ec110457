"""Shapes of `/api/v1/lending`. Texts come in the caller's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongbao.core.agreements.service import Rendered
from tongbao.core.sources.service import Fetch
from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.kernel.text import Language, Text
from tongbao.products.lending.domain.application import Application, Reason, Step
from tongbao.products.lending.domain.decision import (
    LimitLine,
    RateLine,
    daily_interest_per_10000,
)
from tongbao.products.lending.domain.loan import DAY_COUNT, REPAYMENT_METHOD, LoanAccount
from tongbao.products.lending.domain.policy import IN_USE
from tongbao.products.lending.domain.record import Decision, Replay

EXAMPLE_ID = "0197c0de-0000-7000-8000-000000000001"
EXAMPLE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

StateName = Literal[
    "submitted",
    "collecting",
    "waiting",
    "approved",
    "refused",
    "referred",
    "accepted",
    "disbursed",
    "expired",
    "closed",
]


def words(text: Text, language: Language) -> str:
    """Return a finished text in one language."""
    return text.zh if language == "zh" else text.en


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class NewApplication(Shape):
    """A request for a loan."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "account_id": EXAMPLE_ID,
                    "requested": {"amount": "500000.00", "currency": "CNY"},
                    "term_months": 12,
                }
            ]
        }
    )

    account_id: Annotated[UUID, Field(description="Where the loan is to be paid; one's own")]
    requested: Annotated[MoneyField | None, Field(description="Left out: as much as possible")] = (
        None
    )
    term_months: Annotated[int, Field(strict=True, ge=1, le=IN_USE.term_months_max)] = (
        IN_USE.term_months_max
    )


class NewAcceptance(Shape):
    """The signature under an offer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"amount": "300000.00", "currency": "CNY"},
                    "language": "zh",
                    "text_digest": EXAMPLE_DIGEST,
                }
            ]
        }
    )

    amount: Annotated[MoneyField, Field(description="At most the limit offered")]
    language: Annotated[Language, Field(description="Of the agreement that was shown")] = "zh"
    text_digest: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="Digest of the agreement that was shown (GET .../agreement)",
        ),
    ]


class NewReview(Shape):
    """A person's verdict on an application referred to one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verdict": "collect_again", "note": "税务局已确认数据修正"}]
        }
    )

    verdict: Literal["collect_again", "refuse"]
    note: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        Field(description="Why; the firm reads it"),
    ]


class ReasonOut(Shape):
    """Why something was decided."""

    code: Annotated[str, Field(examples=["lending.history_too_short"])]
    text: str

    @classmethod
    def of(cls, reason: Reason, language: Language) -> "ReasonOut":
        """Return the shape of a reason."""
        return cls(code=reason.code, text=words(reason.text, language))


class LimitLineOut(Shape):
    """One addend of the limit."""

    code: str
    text: str
    amount: MoneyField

    @classmethod
    def of(cls, line: LimitLine, language: Language) -> "LimitLineOut":
        """Return the shape of a line."""
        return cls(code=line.code, text=words(line.text, language), amount=line.amount)


class RateLineOut(Shape):
    """One addend of the annual rate."""

    code: str
    text: str
    rate: RateField

    @classmethod
    def of(cls, line: RateLine, language: Language) -> "RateLineOut":
        """Return the shape of a line."""
        return cls(code=line.code, text=words(line.text, language), rate=line.rate)


class OfferOut(Shape):
    """What the bank offers: limit and price, each as a sum."""

    limit: MoneyField
    limit_lines: list[LimitLineOut]
    annual_rate: Annotated[RateField, Field(description="Simple interest, the whole price")]
    rate_lines: list[RateLineOut]
    daily_interest_per_10000: Annotated[
        MoneyField, Field(description="Interest of one day on CNY 10,000")
    ]
    day_count: Annotated[str, Field(examples=[DAY_COUNT])]
    repayment_method: Annotated[str, Field(examples=[REPAYMENT_METHOD])]
    expires_at: datetime


class RatingOut(Shape):
    """How the firm was rated."""

    grade: str
    score: int
    probability_of_default: float
    model: Annotated[str, Field(examples=["sme-invoices v3"])]
    reasons: Annotated[list[str], Field(description="What counted most against the firm")]


class DecisionOut(Shape):
    """What was decided, on which data, and why."""

    id: UUID
    outcome: Literal["approved", "refused", "referred"]
    reasons: list[ReasonOut]
    policy_version: str
    rating: RatingOut | None
    features: Annotated[
        dict[str, float | None] | None, Field(description="What was read from the invoices")
    ]
    decided_at: datetime
    record_sha256: str

    @classmethod
    def of(cls, decision: Decision, language: Language) -> "DecisionOut":
        """Return the shape of a decision."""
        return cls(
            id=decision.id,
            outcome=decision.outcome.value,
            reasons=[ReasonOut.of(reason, language) for reason in decision.reasons],
            policy_version=decision.policy_version,
            rating=_rating(decision.record["assessment"], language),
            features=decision.record["features"],
            decided_at=decision.decided_at,
            record_sha256=decision.record_sha256,
        )


class DataOut(Shape):
    """Which data of the firm was fetched for the decision."""

    fetch_id: UUID
    consent_id: UUID
    source: str
    period_from: date
    period_to: date
    row_count: int
    fetched_at: datetime
    sha256: str

    @classmethod
    def of(cls, fetch: Fetch) -> "DataOut":
        """Return the shape of a fetch."""
        return cls(
            fetch_id=fetch.id,
            consent_id=fetch.consent_id,
            source=fetch.source,
            period_from=fetch.period_from,
            period_to=fetch.period_to,
            row_count=fetch.row_count,
            fetched_at=fetch.fetched_at,
            sha256=fetch.payload_sha256,
        )


class ApplicationOut(Shape):
    """An application, as it stands in a list."""

    id: UUID
    party_id: UUID
    account_id: UUID
    requested: MoneyField | None
    term_months: int
    state: StateName
    reason: ReasonOut | None
    attempts: Annotated[int, Field(description="Tries to fetch the data")]
    next_attempt_at: datetime | None
    submitted_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, application: Application, at: datetime, language: Language) -> "ApplicationOut":
        """Return the shape of an application as it stands at an instant."""
        return cls(**_facts(application, at, language))


class StepOut(Shape):
    """One step on an application's way."""

    from_state: StateName | None
    to_state: StateName
    reason: ReasonOut | None
    at: datetime

    @classmethod
    def of(cls, step: Step, language: Language) -> "StepOut":
        """Return the shape of a step."""
        return cls(
            from_state=None if step.from_state is None else step.from_state.value,
            to_state=step.to_state.value,
            reason=None if step.reason is None else ReasonOut.of(step.reason, language),
            at=step.at,
        )


class ApplicationDetail(ApplicationOut):
    """An application with its way, its data, its decision, and what came of it."""

    steps: list[StepOut]
    data: DataOut | None
    decision: DecisionOut | None
    offer: OfferOut | None
    loan_id: UUID | None

    @classmethod
    def with_all(
        cls,
        application: Application,
        *,
        steps: list[Step],
        fetch: Fetch | None,
        decision: Decision | None,
        loan_id: UUID | None,
        at: datetime,
        language: Language,
    ) -> "ApplicationDetail":
        """Return the shape of an application with everything known about it."""
        return cls(
            **_facts(application, at, language),
            steps=[StepOut.of(step, language) for step in steps],
            data=None if fetch is None else DataOut.of(fetch),
            decision=None if decision is None else DecisionOut.of(decision, language),
            offer=_offer(application, decision, language),
            loan_id=loan_id,
        )


class ApplicationsOut(Shape):
    """A page of applications, newest first."""

    items: list[ApplicationOut]
    next: str | None


class AgreementOut(Shape):
    """The agreement that would be signed, word for word, and its digest to send back."""

    template: str
    template_version: str
    language: Language
    text: str
    text_digest: Annotated[str, Field(examples=[EXAMPLE_DIGEST])]

    @classmethod
    def of(cls, rendered: Rendered) -> "AgreementOut":
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


class ReplayOut(Shape):
    """Whether a decision computed again equals the stored one."""

    decision_id: UUID
    equal: bool
    recomputed: bool
    differences: Annotated[list[str], Field(description="JSON pointers into the record")]

    @classmethod
    def of(cls, replay: Replay) -> "ReplayOut":
        """Return the shape of a replay."""
        return cls(
            decision_id=replay.decision_id,
            equal=replay.equal,
            recomputed=replay.recomputed,
            differences=list(replay.differences),
        )


def _facts(application: Application, at: datetime, language: Language) -> dict[str, Any]:
    reason = application.reason
    return {
        "id": application.id,
        "party_id": application.party_id,
        "account_id": application.account_id,
        "requested": application.requested,
        "term_months": application.term_months,
        "state": application.state_at(at).value,
        "reason": None if reason is None else ReasonOut.of(reason, language),
        "attempts": application.attempts,
        "next_attempt_at": application.next_attempt_at,
        "submitted_at": application.submitted_at,
        "updated_at": application.updated_at,
    }


def _offer(
    application: Application, decision: Decision | None, language: Language
) -> OfferOut | None:
    if decision is None or decision.annual_rate is None or application.offer_expires_at is None:
        return None
    assert decision.limit is not None, "an approval has a limit"
    return OfferOut(
        limit=decision.limit,
        limit_lines=[LimitLineOut.of(line, language) for line in decision.limit_lines],
        annual_rate=decision.annual_rate,
        rate_lines=[RateLineOut.of(line, language) for line in decision.rate_lines],
        daily_interest_per_10000=daily_interest_per_10000(decision.annual_rate),
        day_count=DAY_COUNT,
        repayment_method=REPAYMENT_METHOD,
        expires_at=application.offer_expires_at,
    )


def _rating(assessment: Mapping[str, Any] | None, language: Language) -> RatingOut | None:
    if assessment is None:
        return None
    return RatingOut(
        grade=assessment["grade"],
        score=assessment["score"],
        probability_of_default=assessment["probability_of_default"],
        model=f"{assessment['model_name']} v{assessment['model_version']}",
        reasons=[reason["text"][language] for reason in assessment["reasons"]],
    )
