"""Labelled firms in, a scorecard with its report out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongbao.risk.rating.domain.assessment import RatingModelId
from tongbao.risk.rating.domain.feature import FeatureValues


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One labelled firm; `code` names it in the report and is never used for training."""

    code: str
    features: FeatureValues
    defaulted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A fitted card and how it was measured."""

    feature_set: str
    card: Any
    report: Any
    data_fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingModel:
    """A stored card."""

    id: RatingModelId
    name: str
    version: int
    feature_set: str
    card: Any
    data_fingerprint: str
    created_at: datetime
    active: bool
