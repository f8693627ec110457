"""A line looked at again, because the consent that it was granted on has ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

ReviewId = NewType("ReviewId", UUID)


class ReviewOutcome(StrEnum):
    """What a person decided: the line stays, or an offer not yet used ends."""

    KEPT = "kept"
    OFFER_ENDED = "offer_ended"


@dataclass(frozen=True, slots=True)
class Review:
    """An offer or a loan to be looked at; decided once `outcome` is there."""

    id: ReviewId
    application_id: UUID
    loan_id: UUID | None
    consent_id: UUID
    reason_code: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: UUID | None
    outcome: ReviewOutcome | None
    note: str | None


class UnknownReview(TongbaoError):
    """There is no such review."""

    code = "lending.unknown_review"
    kind = Kind.NOT_FOUND
    title = Text(zh="复核事项不存在", en="Unknown review")


class ReviewClosed(TongbaoError):
    """Somebody has decided it."""

    code = "lending.review_closed"
    kind = Kind.CONFLICT
    title = Text(zh="复核事项已办结", en="The review is closed")
