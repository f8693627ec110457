"""Accounting periods."""

from datetime import date, datetime
from typing import Self

from pydantic import ConfigDict, model_validator

from tongbao.core.ledger.domain import Period
from tongbao.core.ledger.schemas.base import Shape
from tongbao.kernel.date_schema import IsoDate


class PeriodIn(Shape):
    """An accounting period: the first day, and the first day after it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"starts_on": "2026-01-01", "ends_on": "2026-02-01"}]}
    )

    starts_on: IsoDate
    ends_on: IsoDate

    @model_validator(mode="after")
    def _at_least_a_day(self) -> Self:
        if self.ends_on <= self.starts_on:
            msg = "a period ends after it has begun"
            raise ValueError(msg)
        return self


class PeriodOut(Shape):
    """An accounting period [starts_on, ends_on)."""

    starts_on: date
    ends_on: date
    closed_at: datetime | None

    @classmethod
    def of(cls, period: Period) -> "PeriodOut":
        """Return the shape of a period."""
        return cls(starts_on=period.starts_on, ends_on=period.ends_on, closed_at=period.closed_at)
