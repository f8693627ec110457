"""AUC, KS and PSI against their definitions."""

import math
from itertools import product

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tongbao.lib.scorecard import auc, ks, psi
from tongbao.lib.scorecard.metrics import separation

RISK = np.array([0.1, 0.4, 0.4, 0.8, 0.9, 0.4])
BAD = np.array([False, False, True, False, True, True])


def test_auc_is_the_share_of_pairs_in_the_right_order_with_ties_as_one_half() -> None:
    pairs = [(bad > good) + 0.5 * (bad == good) for bad, good in product(RISK[BAD], RISK[~BAD])]
    assert auc(RISK, BAD) == pytest.approx(sum(pairs) / len(pairs))
    assert auc(-RISK, BAD) == pytest.approx(1 - sum(pairs) / len(pairs))


def test_auc_agrees_with_scikit_learn_on_many_ties() -> None:
    generator = np.random.default_rng(1)
    risk = generator.integers(0, 7, 300).astype(np.float64)
    bad = generator.random(300) < 0.3
    assert auc(risk, bad) == pytest.approx(roc_auc_score(bad, risk), abs=1e-12)


def test_perfect_useless_and_inverted_scores() -> None:
    bad = np.array([True, True, False, False])
    assert auc(np.array([4.0, 3.0, 2.0, 1.0]), bad) == 1
    assert auc(np.array([1.0, 2.0, 3.0, 4.0]), bad) == 0
    assert auc(np.zeros(4), bad) == 0.5
    assert ks(np.array([4.0, 3.0, 2.0, 1.0]), bad) == 1
    assert ks(np.array([1.0, 2.0, 3.0, 4.0]), bad) == 1
    assert ks(np.zeros(4), bad) == 0


def test_ks_is_the_largest_gap_of_the_distributions_and_not_inside_a_tie() -> None:
    thresholds = sorted(set(RISK))
    gaps = [
        abs(float((RISK[BAD] <= cut).mean()) - float((RISK[~BAD] <= cut).mean()))
        for cut in thresholds
    ]
    assert ks(RISK, BAD) == pytest.approx(max(gaps))
    assert ks(RISK[::-1].copy(), BAD[::-1].copy()) == pytest.approx(max(gaps))


def test_weights_stand_for_repeated_firms() -> None:
    weights = np.array([[1, 1, 1, 1, 1, 1], [2, 0, 3, 1, 1, 0]])
    areas, gaps = separation(RISK, BAD, weights)
    repeated = np.repeat(np.arange(6), weights[1])
    assert areas[0] == auc(RISK, BAD)
    assert areas[1] == auc(RISK[repeated], BAD[repeated])
    assert gaps[1] == ks(RISK[repeated], BAD[repeated])


@pytest.mark.parametrize("bad", [np.zeros(3, np.bool_), np.ones(3, np.bool_)])
def test_one_class_alone_cannot_be_measured(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least one good and one bad"):
        auc(np.arange(3.0), bad)
    with pytest.raises(ValueError, match="at least one good and one bad"):
        ks(np.arange(3.0), bad)


def test_psi_of_equal_shares_is_zero_and_grows_with_drift() -> None:
    assert psi([10, 20, 30], [10, 20, 30]) == 0
    mild, strong = psi([100, 200, 300], [120, 200, 280]), psi([100, 200, 300], [300, 200, 100])
    assert 0 < mild < 0.1
    assert strong > 0.25


def test_psi_follows_the_formula_and_survives_empty_cells() -> None:
    expected, actual = np.array([10.5, 0.5]) / 11, np.array([4.5, 6.5]) / 11
    by_hand = sum((a - e) * math.log(a / e) for e, a in zip(expected, actual, strict=True))
    assert psi([10, 0], [4, 6]) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("expected", "actual"), [([], []), ([1, 2], [1, 2, 3]), ([1, -2], [1, 2]), ([1, 2], [1, -2])]
)
def test_psi_refuses_what_is_no_pair_of_histograms(expected: list[int], actual: list[int]) -> None:
    with pytest.raises(ValueError, match=r"bins|negative"):
        psi(expected, actual)
