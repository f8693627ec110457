"""The outcome of scoring one firm, with all that is needed to explain and to repeat it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from tongbao.kernel.text import Text
from tongbao.risk.rating.domain.feature import FeatureValues

RatingModelId = NewType("RatingModelId", UUID)


class Grade(StrEnum):
    """Letter grade by probability of default; A is the best."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one feature added to the score.

    `points` is relative to a neutral firm (0 = the average evidence), `best_points` is what the
    best value of this feature would have given; `value` is None if it was not known.
    """

    code: str
    name: Text
    value: float | None
    value_text: Text
    bin_text: Text
    points: int
    best_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the score is not higher: one feature below neutral, and what would improve it."""

    code: str
    text: Text
    improvement: Text
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Score, grade and reasons of one firm under one stored model.

    `base_points` plus the sum of the contributions' points equals `score`. Replay: load the model
    by `model_id`, call `assess` with `features`, compare: everything is equal, bit for bit.
    """

    model_id: RatingModelId
    model_name: str
    model_version: int
    feature_set: str
    features: FeatureValues
    base_points: int
    score: int
    probability_of_default: float
    grade: Grade
    contributions: tuple[Contribution, ...]
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        """Return a document of plain JSON values, to be stored with a decision."""
        raise NotImplementedError
