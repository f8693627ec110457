"""Laws of scorecards and invoice features that hold for every input."""

import json
import math
from datetime import date
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.unit.lib.scorecard.conftest import fit, sample
from tests.unit.risk.rating.conftest import Invoice, table
from tongbao.lib.scorecard import (
    BinningSettings,
    Direction,
    Flags,
    Floats,
    Scorecard,
    auc,
    contributions,
    fit_binning,
    ks,
    psi,
    reasons,
)
from tongbao.lib.scorecard.binning import roundest
from tongbao.lib.scorecard.card import ScoredFeature
from tongbao.risk.rating.service import FEATURES, InvoiceTable, features

FINITE = st.floats(allow_nan=False, allow_infinity=False)
AS_OF = date(2020, 2, 29)
CARDS = [fit(*sample(200, seed=seed)) for seed in range(4)]
"""Cards of four samples; building one for every example would test little more."""

cards = st.sampled_from(CARDS)


@st.composite
def labelled(draw: st.DrawFn) -> tuple[Floats, Flags]:
    """Return values (with NaN) and an outcome with both classes."""
    count = draw(st.integers(2, 120))
    values = draw(
        arrays.arrays(
            np.float64,
            count,
            elements=st.one_of(
                st.integers(-5, 5).map(float), st.just(math.nan), st.floats(-1e9, 1e9)
            ),
        )
    )
    bad = draw(arrays.arrays(np.bool_, count))
    assume(0 < bad.sum() < count)
    return values, bad


@given(labelled(), st.sampled_from(Direction), st.lists(FINITE, max_size=20))
def test_every_value_has_a_bin_and_bins_are_monotone(
    training: tuple[Floats, Flags], direction: Direction, asked: list[float]
) -> None:
    values, bad = training
    settings = BinningSettings(group_size_min=2)
    binning = fit_binning(values, bad, direction=direction, settings=settings)
    bins = len(binning.edges) + 1
    assert bins <= settings.bins_max
    assert list(binning.edges) == sorted(set(binning.edges))
    assert len(binning.goods) == len(binning.bads) == len(binning.evidence) == bins + 1
    assert sum(binning.goods) == (~bad).sum()
    assert sum(binning.bads) == bad.sum()
    assert set(binning.index(np.array([*asked, math.nan])).tolist()) <= set(range(bins + 1))
    counted = np.bincount(binning.index(values), minlength=bins + 1)
    assert counted.tolist() == [g + b for g, b in zip(binning.goods, binning.bads, strict=True)]
    *evidence, missing = binning.evidence
    steps = [after - before for before, after in pairwise(evidence)]
    rising, falling = all(step > 0 for step in steps), all(step < 0 for step in steps)
    match direction:
        case Direction.HIGHER_IS_BETTER:
            assert rising
        case Direction.LOWER_IS_BETTER:
            assert falling
        case Direction.EITHER:
            assert rising or falling
    assert missing <= 0
    assert all(math.isfinite(woe) for woe in binning.evidence)


@given(labelled(), st.sampled_from(Direction))
def test_the_order_of_firms_does_not_change_the_bins(
    training: tuple[Floats, Flags], direction: Direction
) -> None:
    values, bad = training
    order = np.random.default_rng(len(values)).permutation(len(values))
    settings = BinningSettings(group_size_min=2)
    assert fit_binning(values, bad, direction=direction, settings=settings) == fit_binning(
        values[order], bad[order], direction=direction, settings=settings
    )


@given(FINITE, FINITE)
def test_a_round_edge_separates_what_it_must(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    assume(low < high)
    assert low < roundest(low, high) <= high


def values_for(card: Scorecard) -> st.SearchStrategy[dict[str, float | None]]:
    """Return values for every feature of the card: any number, an edge, or unknown."""

    def value(feature: ScoredFeature) -> st.SearchStrategy[float | None]:
        return st.one_of(st.none(), FINITE, st.sampled_from(feature.edges))

    return st.fixed_dictionaries({feature.code: value(feature) for feature in card.features})


@given(st.data(), cards)
def test_points_add_up_to_the_score_and_reasons_are_among_them(
    data: st.DataObject, card: Scorecard
) -> None:
    score = card.score(data.draw(values_for(card)))
    lines = contributions(card, score)
    assert score.base_points + sum(line.points for line in lines) == score.score
    points = {line.code: line.points for line in lines}
    found = reasons(card, score)
    assert all(points[reason.code] == reason.points < 0 for reason in found)
    left_out = [p for code, p in points.items() if code not in {r.code for r in found}]
    assert all(p >= 0 or len(found) == 4 for p in left_out)
    assert 0 < score.probability_of_default < 1


@given(st.data(), cards)
def test_a_better_value_never_lowers_the_score(data: st.DataObject, card: Scorecard) -> None:
    values = data.draw(values_for(card))
    feature = data.draw(st.sampled_from(card.features))
    one, other = data.draw(FINITE), data.draw(FINITE)
    worse, better = sorted((one, other), reverse=feature.direction is Direction.LOWER_IS_BETTER)
    low = card.score({**values, feature.code: worse})
    high = card.score({**values, feature.code: better})
    assert low.score <= high.score
    assert low.probability_of_default >= high.probability_of_default


@given(st.data(), cards)
def test_withholding_a_value_never_beats_neutral_evidence(
    data: st.DataObject, card: Scorecard
) -> None:
    values = data.draw(values_for(card))
    feature = data.draw(st.sampled_from(card.features))
    before = card.score(values)
    line = next(line for line in before.lines if line.code == feature.code)
    withheld = card.score({**values, feature.code: None})
    assert withheld.score <= before.score - line.points


@given(st.data(), cards)
def test_json_there_and_back_scores_bit_for_bit_alike(data: st.DataObject, card: Scorecard) -> None:
    again = Scorecard.from_json(json.loads(json.dumps(card.to_json())))
    assert again == card
    values = data.draw(values_for(card))
    carried = json.loads(json.dumps(values))
    assert again.score(carried) == card.score(values)


@given(labelled())
def test_auc_and_ks_keep_to_their_bounds_and_see_only_the_order(
    training: tuple[Floats, Flags],
) -> None:
    risk, bad = np.nan_to_num(training[0]), training[1]
    area, gap = auc(risk, bad), ks(risk, bad)
    assert 0 <= area <= 1
    assert 0 <= gap <= 1
    assert gap >= abs(2 * area - 1) / 2 - 1e-12
    _, ranks = np.unique(risk, return_inverse=True)
    assert auc(ranks.astype(np.float64), bad) == area
    assert ks(ranks.astype(np.float64), bad) == gap
    assert math.isclose(auc(-risk, bad), 1 - area, abs_tol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=12))
def test_drift_is_never_negative_and_symmetric(counts: list[tuple[int, int]]) -> None:
    before, after = [one for one, _ in counts], [other for _, other in counts]
    assert psi(before, after) >= -1e-12
    assert math.isclose(psi(before, after), psi(after, before), abs_tol=1e-12)
    assert psi(before, before) == 0


invoices = st.lists(
    st.builds(
        Invoice,
        issued_on=st.dates(date(2016, 1, 1), date(2020, 12, 31)).map(str),
        amount=st.integers(-(10**9), 10**9),
        tax=st.integers(-(10**8), 10**8),
        partner=st.integers(0, 6),
        sale=st.booleans(),
        void=st.booleans(),
    ),
    max_size=40,
)


@given(invoices)
def test_features_are_complete_finite_and_within_their_unit(given_: list[Invoice]) -> None:
    values = features(table(*given_), as_of=AS_OF)
    for feature in FEATURES:
        value = values[feature.code]
        assert value is None or math.isfinite(value)
        if value is None or feature.unit in {"CNY", "ratio"}:
            continue
        assert value >= 0
        if feature.unit == "share":
            assert value <= 1
        else:
            assert value == int(value)
        if feature.unit == "months":
            assert value <= 36


@given(invoices, st.randoms(use_true_random=False))
def test_neither_the_order_of_invoices_nor_the_numbering_of_partners_matters(
    given_: list[Invoice], random: Random
) -> None:
    invoices_ = table(*given_)
    order = list(range(len(given_)))
    random.shuffle(order)
    numbers = list(range(100, 107))
    random.shuffle(numbers)
    renumbered = np.array([numbers[code] for code in invoices_.counterparty], np.int64)
    shuffled = InvoiceTable(
        outgoing=invoices_.outgoing[order],
        issued_on=invoices_.issued_on[order],
        counterparty=renumbered[order],
        amount_minor=invoices_.amount_minor[order],
        tax_minor=invoices_.tax_minor[order],
        void=invoices_.void[order],
    )
    assert features(shuffled, as_of=AS_OF) == features(invoices_, as_of=AS_OF)


@given(invoices)
def test_features_see_nothing_after_the_day(given_: list[Invoice]) -> None:
    known = [invoice for invoice in given_ if date.fromisoformat(invoice.issued_on) <= AS_OF]
    assert features(table(*given_), as_of=AS_OF) == features(table(*known), as_of=AS_OF)
