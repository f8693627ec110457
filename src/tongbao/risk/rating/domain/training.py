"""Labelled firms in, a scorecard with its honest report out."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text
from tongbao.lib.scorecard import (
    Candidate,
    Columns,
    FitSettings,
    Flags,
    HeldOut,
    Scorecard,
    Validation,
    fit_scorecard,
    hold_out,
    measure,
)
from tongbao.risk.rating.domain.feature import FeatureValues
from tongbao.risk.rating.domain.feature_set import FEATURE_SET, SCORED
from tongbao.risk.rating.domain.grades import DEFAULT_BANDS, Grade, GradeBands

FOLDS = 5
REPEATS = 20
SEED = 2020
CLASS_MIN = 10
"""Fewest firms with and without default; below that neither bins nor folds mean anything."""


class TooFewSamples(TongbaoError):
    """Not enough labelled firms to train on."""

    code = "rating.too_few_samples"
    kind = Kind.INVALID
    title = Text(zh="训练样本不足", en="Too few firms to train on")
    detail = Text(
        zh="样本中违约 {bads} 家、未违约 {goods} 家，各至少需要 {least} 家",
        en="{bads} firms defaulted and {goods} did not; {least} of each are needed",
    )


class BadSamples(TongbaoError):
    """The samples contradict themselves or the feature set."""

    code = "rating.bad_samples"
    kind = Kind.INVALID
    title = Text(zh="训练样本无效", en="The samples cannot be used")
    detail = Text(
        zh="企业 {firm} 重复，或有特征缺失或不是有限数值",
        en="Firm {firm} is repeated, or a feature of it is absent or not a finite number",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One labelled firm.

    `code` puts the samples in order, so that their order of arrival does not matter; it is no
    feature. `features` is what `features()` returned, `defaulted` the outcome.
    """

    code: str
    features: FeatureValues
    defaulted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeShare:
    """How one grade did among the held-out firms of all repeats.

    `share` is the part of the firms, `defaulted` the part of these that defaulted (None: no firm).
    """

    grade: Grade
    share: float
    defaulted: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """How the card was measured, by firms it had not seen."""

    validation: Validation
    grades: tuple[GradeShare, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        document = asdict(self)
        return {**document, "grades": list(document["grades"])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A fitted card and how it was measured; `data_fingerprint` is the SHA-256 of the samples."""

    feature_set: str
    card: Scorecard
    bands: GradeBands
    report: TrainingReport
    data_fingerprint: str


def train(samples: Sequence[Sample]) -> Training:
    """Fit a card and measure it; see `service.train`."""
    ordered = sorted(samples, key=lambda sample: sample.code)
    _check(ordered)
    columns, bad = _columns(ordered)
    held_out = hold_out(columns, bad, fit=_fit, folds=FOLDS, repeats=REPEATS, seed=SEED)
    card = _fit(columns, bad)
    return Training(
        feature_set=FEATURE_SET,
        card=card,
        bands=DEFAULT_BANDS,
        report=TrainingReport(
            validation=measure(held_out), grades=_grades(held_out, card, DEFAULT_BANDS)
        ),
        data_fingerprint=fingerprint(ordered),
    )


def _check(ordered: Sequence[Sample]) -> None:
    known = {feature.code for feature in SCORED}
    seen: set[str] = set()
    for sample in ordered:
        values = [value for value in sample.features.values() if value is not None]
        complete = known <= sample.features.keys() and all(map(math.isfinite, values))
        if sample.code in seen or not complete:
            raise BadSamples(firm=sample.code)
        seen.add(sample.code)
    bads = sum(sample.defaulted for sample in ordered)
    if min(bads, len(ordered) - bads) < CLASS_MIN:
        raise TooFewSamples(bads=bads, goods=len(ordered) - bads, least=CLASS_MIN)


def _columns(samples: Sequence[Sample]) -> tuple[Columns, Flags]:
    """Return the scored features as columns (NaN = not known) and the outcome."""
    columns = {
        feature.code: np.array(
            [
                np.nan if (value := sample.features[feature.code]) is None else value
                for sample in samples
            ],
            np.float64,
        )
        for feature in SCORED
    }
    return columns, np.array([sample.defaulted for sample in samples], np.bool_)


def _fit(columns: Columns, bad: Flags) -> Scorecard:
    candidates = [
        Candidate(
            code=feature.code, name=feature.name, unit=feature.unit, direction=feature.direction
        )
        for feature in SCORED
    ]
    return fit_scorecard(columns, bad, candidates=candidates, settings=FitSettings())


def _grades(held_out: HeldOut, card: Scorecard, bands: GradeBands) -> tuple[GradeShare, ...]:
    """Return each grade's share and default rate, from held-out scores on the card's scale."""
    firms = dict.fromkeys(Grade, 0)
    defaults = dict.fromkeys(Grade, 0)
    for repeat in held_out.score.tolist():
        for score, bad in zip(repeat, held_out.bad.tolist(), strict=True):
            grade = bands.grade(card.scale.probability_of_default(score))
            firms[grade] += 1
            defaults[grade] += bad
    return tuple(
        GradeShare(
            grade=grade,
            share=firms[grade] / held_out.score.size,
            defaulted=defaults[grade] / firms[grade] if firms[grade] else None,
        )
        for grade in Grade
    )


def fingerprint(samples: Sequence[Sample]) -> str:
    """Return the SHA-256 of the samples, whatever their order."""
    ordered = sorted(samples, key=lambda sample: sample.code)
    document = [FEATURE_SET, [[s.code, s.features, s.defaulted] for s in ordered]]
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
