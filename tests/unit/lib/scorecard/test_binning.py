"""Bins: monotone, complete, cautious with small groups and with missing values."""

import math

import numpy as np
import pytest

from tongbao.lib.scorecard import BinningSettings, Direction, fit_binning
from tongbao.lib.scorecard.binning import Weigher, roundest

SETTINGS = BinningSettings()
NAN = np.nan


def outcome(count: int, bads: int) -> np.ndarray:
    """Return `bads` bads spread evenly over `count` firms."""
    return np.diff(np.arange(count + 1) * bads // count) > 0


def test_a_clear_step_is_found_at_its_place() -> None:
    values = np.concatenate([np.linspace(0, 9, 60), np.linspace(11, 20, 60)])
    bad = np.concatenate([outcome(60, 30), outcome(60, 2)])
    binning = fit_binning(
        values, bad, direction=Direction.HIGHER_IS_BETTER, settings=BinningSettings(bins_max=2)
    )
    assert binning.edges == (10.0,)
    assert binning.goods == (30, 58, 0)
    assert binning.bads == (30, 2, 0)
    assert binning.evidence[0] < 0 < binning.evidence[1]


def test_without_smoothing_and_with_one_grid_evidence_is_the_textbook_formula() -> None:
    values = np.repeat([1.0, 2.0], [40, 60])
    bad = np.concatenate([outcome(40, 20), outcome(60, 6)])
    settings = BinningSettings(groups_min=2, groups_max=2, smoothing=0)
    binning = fit_binning(values, bad, direction=Direction.HIGHER_IS_BETTER, settings=settings)
    low, high = math.log((20 / 74) / (20 / 26)), math.log((54 / 74) / (6 / 26))
    assert binning.evidence[:2] == pytest.approx((low, high))
    expected = (20 / 74 - 20 / 26) * low + (54 / 74 - 6 / 26) * high
    assert binning.information_value == pytest.approx(expected)


def test_the_expected_direction_is_enforced_even_against_the_data() -> None:
    values = np.arange(120.0)
    bad = values > 80
    against = fit_binning(values, bad, direction=Direction.HIGHER_IS_BETTER, settings=SETTINGS)
    assert against.edges == ()
    assert against.information_value == 0
    with_it = fit_binning(values, bad, direction=Direction.LOWER_IS_BETTER, settings=SETTINGS)
    either = fit_binning(values, bad, direction=Direction.EITHER, settings=SETTINGS)
    assert with_it == either
    assert list(with_it.evidence[:-1]) == sorted(with_it.evidence[:-1], reverse=True)


def test_a_reversal_in_the_middle_is_pooled() -> None:
    values = np.repeat([1.0, 2.0, 3.0, 4.0], 30)
    bads = (20, 5, 9, 1)
    bad = np.concatenate([outcome(30, count) for count in bads])
    settings = BinningSettings(groups_min=4, groups_max=4, smoothing=0)
    binning = fit_binning(values, bad, direction=Direction.HIGHER_IS_BETTER, settings=settings)
    assert binning.bads == (20, 14, 1, 0)
    assert len(binning.edges) == 2


def test_missing_values_have_their_own_bin_with_their_own_evidence() -> None:
    values = np.concatenate([np.full(30, NAN), np.arange(90.0)])
    bad = np.concatenate([outcome(30, 25), np.arange(90) < 20])
    binning = fit_binning(values, bad, direction=Direction.HIGHER_IS_BETTER, settings=SETTINGS)
    assert (binning.goods[-1], binning.bads[-1]) == (5, 25)
    expected = Weigher(goods=75, bads=45, smoothing=SETTINGS.smoothing).weigh(5, 25)
    assert binning.evidence[-1] == expected
    assert expected < 0


def test_a_missing_value_never_pays() -> None:
    """Missing firms are all good here; the bin still says nothing in their favour."""
    values = np.concatenate([np.full(30, NAN), np.arange(90.0)])
    bad = np.concatenate([outcome(30, 0), np.arange(90) < 30])
    binning = fit_binning(values, bad, direction=Direction.HIGHER_IS_BETTER, settings=SETTINGS)
    assert binning.evidence[-1] == 0


def test_without_missing_values_in_training_a_missing_one_counts_as_the_worst() -> None:
    values = np.arange(120.0)
    binning = fit_binning(
        values, values < 30, direction=Direction.HIGHER_IS_BETTER, settings=SETTINGS
    )
    assert binning.evidence[-1] == min(binning.evidence[:-1]) < 0


@pytest.mark.parametrize(
    "values",
    [np.full(60, 7.0), np.full(60, NAN), np.concatenate([np.full(55, NAN), np.arange(5.0)])],
    ids=["constant", "all missing", "too few known"],
)
def test_nothing_to_cut_gives_one_bin(values: np.ndarray) -> None:
    bad = np.arange(60) % 3 == 0
    binning = fit_binning(values, bad, direction=Direction.EITHER, settings=SETTINGS)
    assert binning.edges == ()
    assert sum(binning.goods) + sum(binning.bads) == 60
    assert all(math.isfinite(evidence) for evidence in binning.evidence)


def test_equal_values_are_never_separated() -> None:
    values = np.repeat([0.0, 1.0, 2.0], [100, 15, 15])
    bad = np.concatenate([outcome(100, 10), outcome(15, 5), outcome(15, 12)])
    binning = fit_binning(values, bad, direction=Direction.LOWER_IS_BETTER, settings=SETTINGS)
    assert set(binning.index(np.array([0.0, 1.0, 2.0]))) == set(range(len(binning.edges) + 1))
    assert binning.goods[0] + binning.bads[0] in {100, 115, 130}


def test_a_small_group_says_less_than_a_large_one_of_the_same_rate() -> None:
    weigher = Weigher(goods=80, bads=20, smoothing=4)
    assert weigher.weigh(0, 0) == 0
    assert weigher.weigh(8, 2) == pytest.approx(0)
    assert weigher.weigh(1, 1) > weigher.weigh(10, 10) > weigher.weigh(40, 40)


def test_index_and_transform_use_half_open_bins() -> None:
    values = np.arange(120.0)
    binning = fit_binning(
        values, values < 40, direction=Direction.HIGHER_IS_BETTER, settings=SETTINGS
    )
    edge = binning.edges[0]
    asked = np.array([edge, np.nextafter(edge, -np.inf), NAN, -np.inf, np.inf])
    last = len(binning.edges)
    assert binning.index(asked).tolist() == [1, 0, last + 1, 0, last]
    assert binning.transform(asked).tolist() == [
        binning.evidence[index] for index in (1, 0, last + 1, 0, last)
    ]


@pytest.mark.parametrize(
    ("low", "high", "edge"),
    [
        (3.0, 17.0, 10.0),
        (12.0, 15.0, 14.0),
        (0.1234, 0.1299, 0.127),
        (-5.0, 7.0, 0.0),
        (99.0, 100.0, 100.0),
        (812_345.0, 1_234_567.0, 1_000_000.0),
        (1.0, np.nextafter(1.0, 2.0), np.nextafter(1.0, 2.0)),
    ],
)
def test_edges_are_round_numbers_inside_the_gap(low: float, high: float, edge: float) -> None:
    assert roundest(low, high) == edge
    assert math.copysign(1, roundest(-5.0, 7.0)) == 1
