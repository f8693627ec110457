"""Shapes of reviews."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from tongbao.products.lending.domain.review import Review, ReviewOutcome
from tongbao.products.lending.schemas.base import Shape


class ReviewOut(Shape):
    """An offer or a loan that a person is to look at, or has."""

    model_config = ConfigDict(title="LendingReview")

    id: UUID
    application_id: UUID
    loan_id: UUID | None
    consent_id: Annotated[UUID, Field(description="That it was granted on, and that has ended")]
    reason_code: Annotated[str, Field(examples=["lending.consent_withdrawn"])]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: UUID | None
    outcome: ReviewOutcome | None
    note: str | None

    @classmethod
    def of(cls, review: Review) -> "ReviewOut":
        """Return the shape of a review."""
        return cls(
            id=review.id,
            application_id=review.application_id,
            loan_id=review.loan_id,
            consent_id=review.consent_id,
            reason_code=review.reason_code,
            opened_at=review.opened_at,
            closed_at=review.closed_at,
            closed_by=review.closed_by,
            outcome=review.outcome,
            note=review.note,
        )


class ReviewsOut(Shape):
    """A page of reviews, the oldest first."""

    items: list[ReviewOut]
    next: str | None


class NewClosure(Shape):
    """A person's decision on a review."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "kept", "note": "还款正常,额度保留"}]}
    )

    outcome: ReviewOutcome
    note: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        Field(description="Why; where an offer ends, the firm reads it"),
    ]
