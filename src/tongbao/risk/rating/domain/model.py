"""A stored scorecard, and a firm assessed with it."""

import math
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text
from tongbao.lib.scorecard import Contribution, Reason, Scorecard, contributions, reasons
from tongbao.risk.rating.domain.feature import FeatureValues
from tongbao.risk.rating.domain.grades import Grade, GradeBands

RatingModelId = NewType("RatingModelId", UUID)


class FeatureSetMismatch(TongbaoError):
    """The values were computed by another version of the features than the model was trained on."""

    code = "rating.feature_set_mismatch"
    kind = Kind.CONFLICT
    title = Text(zh="特征版本与模型不符", en="The features do not fit the model")
    detail = Text(
        zh="特征版本 {given} 与模型所用的 {expected} 不符",
        en="The features are of version {given}, the model was trained on {expected}",
    )


class BadFeatureValues(TongbaoError):
    """A feature of the card was not given at all, or is no finite number."""

    code = "rating.bad_feature_values"
    kind = Kind.INVALID
    title = Text(zh="特征值无效", en="The feature values cannot be used")
    detail = Text(
        zh="特征 {features} 缺失或不是有限数值（无法得知时须明确为空）",
        en="{features}: absent or not a finite number (say null if it is not known)",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingModel:
    """A version of a named model as it is stored; never changed afterwards, but for `active`.

    `report` is the training report as plain JSON, `data_fingerprint` the SHA-256 of the samples.
    """

    id: RatingModelId
    name: str
    version: int
    feature_set: str
    card: Scorecard
    bands: GradeBands
    report: dict[str, Any]
    data_fingerprint: str
    created_at: datetime
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Score, grade and reasons of one firm under one stored model.

    `base_points` plus the sum of the contributions' points equals `score`. Replay: load the model
    by `model_id`, assess `features` of `feature_set` again, compare: all is equal, bit for bit.
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
        document = asdict(self)
        return {
            **document,
            "model_id": str(self.model_id),
            "grade": self.grade.value,
            "contributions": list(document["contributions"]),
            "reasons": list(document["reasons"]),
        }


def assess(model: RatingModel, values: FeatureValues, *, feature_set: str) -> Assessment:
    """Score one firm; see `service.assess`."""
    if feature_set != model.feature_set:
        raise FeatureSetMismatch(given=feature_set, expected=model.feature_set)
    # A JSON store may have returned a whole float as an integer.
    given = {code: None if value is None else float(value) for code, value in values.items()}
    bad = [
        feature.code
        for feature in model.card.features
        if feature.code not in given or not _usable(given[feature.code])
    ]
    if bad:
        raise BadFeatureValues(features=", ".join(bad))
    score = model.card.score(given)
    return Assessment(
        model_id=model.id,
        model_name=model.name,
        model_version=model.version,
        feature_set=feature_set,
        features=given,
        base_points=score.base_points,
        score=score.score,
        probability_of_default=score.probability_of_default,
        grade=model.bands.grade(score.probability_of_default),
        contributions=contributions(model.card, score),
        reasons=reasons(model.card, score),
    )


def _usable(value: float | None) -> bool:
    return value is None or math.isfinite(value)
