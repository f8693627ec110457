"""API shapes of a party's states, levels and risk."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.parties.domain.levels import (
    Level,
    LevelChange,
    Limits,
    Need,
    PartyKind,
    needs_for,
)
from tongbao.core.parties.domain.lifecycle import Risk, RiskRating, Status, StatusChange
from tongbao.core.parties.domain.parties import REASON_LENGTH_MAX
from tongbao.core.parties.schemas.base import Shape
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money_schema import MoneyField

Reason = Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX)]


class NewStatus(Shape):
    """The state a party is brought into, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "blocked", "reason": "公安机关来函"}]}
    )

    status: Status
    reason: Reason


class StatusChangeOut(Shape):
    """One step of a party's life."""

    model_config = ConfigDict(title="StatusChange")

    before: Status
    after: Status
    reason: str
    changed_by: UUID | None
    changed_at: datetime

    @classmethod
    def of(cls, change: StatusChange) -> "StatusChangeOut":
        """Return the shape of a change."""
        return cls(
            before=change.before,
            after=change.after,
            reason=change.reason,
            changed_by=change.changed_by,
            changed_at=change.changed_at,
        )


class StatusChanges(Shape):
    """How a party came to be in its state, newest first."""

    items: list[StatusChangeOut]


class LimitsOut(Shape):
    """What may be paid out; null is no limit of that kind."""

    model_config = ConfigDict(title="Limits")

    per_transaction: MoneyField | None
    per_day: MoneyField | None
    per_year: MoneyField | None

    @classmethod
    def of(cls, limits: Limits) -> "LimitsOut":
        """Return the shape of limits."""
        return cls(
            per_transaction=limits.per_transaction,
            per_day=limits.per_day,
            per_year=limits.per_year,
        )


class LevelChangeOut(Shape):
    """One change of how well a party is known."""

    model_config = ConfigDict(title="LevelChange")

    before: int
    after: int
    reason: str
    case_id: UUID | None
    changed_at: datetime

    @classmethod
    def of(cls, change: LevelChange) -> "LevelChangeOut":
        """Return the shape of a change."""
        return cls(
            before=int(change.before),
            after=int(change.after),
            reason=change.reason,
            case_id=change.case_id,
            changed_at=change.changed_at,
        )


class LevelRungOut(Shape):
    """What a level takes and opens."""

    model_config = ConfigDict(title="LevelRung")

    level: int
    needs: list[Need]
    limits: LimitsOut


class LevelOut(Shape):
    """How well a party is known, what that allows, and what each further level takes."""

    model_config = ConfigDict(title="IdentityLevel")

    level: int
    limits: LimitsOut
    next: LevelRungOut | None
    above: Annotated[list[LevelRungOut], Field(description="Every level above, the next first")]
    history: list[LevelChangeOut]

    @classmethod
    def of(
        cls,
        kind: PartyKind,
        level: Level,
        history: list[LevelChange],
        limits: Mapping[Level, Limits],
    ) -> "LevelOut":
        """Return the shape of a level."""
        above = [
            LevelRungOut(
                level=int(each),
                needs=sorted(needs_for(kind, each)),
                limits=LimitsOut.of(limits[each]),
            )
            for each in Level
            if each > level
        ]
        return cls(
            level=int(level),
            limits=LimitsOut.of(limits[level]),
            next=above[0] if above else None,
            above=above,
            history=[LevelChangeOut.of(change) for change in history],
        )


class NewRating(Shape):
    """A judgement of a customer's risk."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"risk": "medium", "reason": "现金密集型行业"}]}
    )

    risk: Risk
    reason: Reason
    review_on: Annotated[
        IsoDate | None,
        Field(description="Default and latest: what the risk allows"),
    ] = None


class RiskRatingOut(Shape):
    """A judgement of a customer's risk, and when it is looked at again."""

    model_config = ConfigDict(title="RiskRating")

    risk: Risk
    reason: str
    review_on: date
    rated_by: UUID | None
    rated_at: datetime

    @classmethod
    def of(cls, rating: RiskRating) -> "RiskRatingOut":
        """Return the shape of a rating."""
        return cls(
            risk=rating.risk,
            reason=rating.reason,
            review_on=rating.review_on,
            rated_by=rating.rated_by,
            rated_at=rating.rated_at,
        )
