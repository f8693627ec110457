"""Fit a scorecard: bin, select, regress, turn into points. All of it from the given sample only.

Because selection and binning happen here, cross-validation that calls `fit_scorecard` on each
training fold cannot leak the held-out firms into either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from tongbao.kernel.text import Text
from tongbao.lib.scorecard.binning import Binning, BinningSettings, fit_binning
from tongbao.lib.scorecard.card import Scale, Scorecard, ScoredFeature, Unit
from tongbao.lib.scorecard.direction import Direction
from tongbao.lib.scorecard.metrics import Flags, Floats

Columns = Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A feature that the card may use."""

    code: str
    name: Text
    unit: Unit
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """How a card is fitted.

    Attributes
    ----------
    information_value_min : float
        Features with less are not considered.
    correlation_max : float
        A feature whose evidence correlates more than this (absolute) with a chosen, more
        informative one is left out.
    features_max : int
        Most features on the card.
    span_points_min : int
        A feature whose best and worst bin differ by fewer points is not worth a line.
    regularisation : float
        Inverse strength C of the L2 penalty.
    """

    binning: BinningSettings = field(default_factory=BinningSettings)
    scale: Scale = field(default_factory=Scale)
    information_value_min: float = 0.1
    correlation_max: float = 0.7
    features_max: int = 10
    span_points_min: int = 5
    regularisation: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binned:
    candidate: Candidate
    binning: Binning
    evidence: Floats


def fit_scorecard(
    columns: Columns, bad: Flags, *, candidates: Sequence[Candidate], settings: FitSettings
) -> Scorecard:
    """Fit a card to one sample.

    Parameters
    ----------
    columns : mapping of code to float (n,)
        One column per candidate; NaN stands for missing.
    bad : bool (n,)
        The outcome.

    Returns
    -------
    Scorecard
        With no feature at all if none is informative: then every firm gets the base rate.

    Raises
    ------
    ValueError
        Fewer than one good or bad, or columns of unequal length.
    """
    goods, bads = int((~bad).sum()), int(bad.sum())
    if not goods or not bads:
        msg = "needs at least one good and one bad"
        raise ValueError(msg)
    chosen = _select(columns, bad, candidates, settings)
    chosen, coefficients, intercept = _regress(chosen, bad, settings)
    if not chosen:
        intercept = float(np.log(goods / bads))
    factor = settings.scale.factor
    return Scorecard(
        scale=settings.scale,
        base_points=round(settings.scale.score(intercept)),
        features=tuple(
            _points(item, coefficient, factor)
            for item, coefficient in zip(chosen, coefficients, strict=True)
        ),
    )


def _select(
    columns: Columns, bad: Flags, candidates: Sequence[Candidate], settings: FitSettings
) -> list[_Binned]:
    """Return the informative, not too correlated candidates, the most informative first."""
    binned = []
    for candidate in candidates:
        values = columns[candidate.code]
        if values.shape != bad.shape:
            msg = f"column {candidate.code} has not one value per outcome"
            raise ValueError(msg)
        binning = fit_binning(values, bad, direction=candidate.direction, settings=settings.binning)
        if binning.edges and binning.information_value >= settings.information_value_min:
            evidence = binning.transform(values)
            binned.append(_Binned(candidate=candidate, binning=binning, evidence=evidence))
    binned.sort(key=lambda item: (-item.binning.information_value, item.candidate.code))
    chosen: list[_Binned] = []
    for item in binned:
        if len(chosen) == settings.features_max:
            break
        if all(_correlation(item, other) <= settings.correlation_max for other in chosen):
            chosen.append(item)
    return chosen


def _correlation(one: _Binned, other: _Binned) -> float:
    return abs(float(np.corrcoef(one.evidence, other.evidence)[0, 1]))


def _regress(
    chosen: list[_Binned], bad: Flags, settings: FitSettings
) -> tuple[list[_Binned], list[float], float]:
    """Return features, coefficients and intercept of ln(odds good:bad).

    The feature that moves the score least is dropped and the rest fitted again, until each moves
    it by `span_points_min`. A negative coefficient counts as moving it backwards: it would turn
    the feature's evidence around and contradict the reasons, so it goes first.
    """
    # scikit-learn takes a second to import, and whoever only scores does not need it.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    while chosen:
        model = LogisticRegression(C=settings.regularisation, solver="newton-cholesky", tol=1e-10)
        model.fit(np.column_stack([item.evidence for item in chosen]), ~bad)
        coefficients = [float(value) for value in model.coef_[0]]
        spans = [
            settings.scale.factor * coefficient * (max(bins) - min(bins))
            for coefficient, bins in zip(
                coefficients, (item.binning.evidence[:-1] for item in chosen), strict=True
            )
        ]
        worst = min(range(len(chosen)), key=spans.__getitem__)
        if spans[worst] >= settings.span_points_min:
            return chosen, coefficients, float(model.intercept_[0])
        chosen = [item for index, item in enumerate(chosen) if index != worst]
    return [], [], 0.0


def _points(item: _Binned, coefficient: float, factor: float) -> ScoredFeature:
    """Turn evidence into whole points; neighbouring bins that come out equal are joined."""
    binning, candidate = item.binning, item.candidate
    *rounded, missing = (round(factor * coefficient * evidence) for evidence in binning.evidence)
    *goods, goods_missing = binning.goods
    *bads, bads_missing = binning.bads
    starts = [i for i, points in enumerate(rounded) if i == 0 or points != rounded[i - 1]]
    spans = list(pairwise([*starts, len(rounded)]))
    return ScoredFeature(
        code=candidate.code,
        name=candidate.name,
        unit=candidate.unit,
        direction=candidate.direction,
        edges=tuple(binning.edges[start - 1] for start in starts[1:]),
        points=tuple(rounded[start] for start in starts),
        missing_points=missing,
        goods=(*(sum(goods[start:stop]) for start, stop in spans), goods_missing),
        bads=(*(sum(bads[start:stop]) for start, stop in spans), bads_missing),
        coefficient=coefficient,
        information_value=binning.information_value,
    )
