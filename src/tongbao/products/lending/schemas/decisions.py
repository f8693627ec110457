"""A decision, its offer and its replay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.kernel.text import Language
from tongbao.products.lending.domain.application import Application
from tongbao.products.lending.domain.decision import (
    LimitLine,
    RateLine,
    daily_interest_per_10000,
)
from tongbao.products.lending.domain.loan import DAY_COUNT, REPAYMENT_METHOD
from tongbao.products.lending.domain.record import Decision, Replay
from tongbao.products.lending.schemas.base import ReasonOut, Shape, words


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


def offer_of(
    application: Application, decision: Decision | None, language: Language
) -> OfferOut | None:
    """Return the shape of what was offered, None if nothing was."""
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
