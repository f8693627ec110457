"""Cross-validation: honest folds, intervals that cover, and no signal found in noise."""

import numpy as np
import pytest

from tests.unit.lib.scorecard.conftest import fit, sample
from tongbao.lib.scorecard import Columns, Flags, Scorecard, auc, hold_out, ks, measure


def test_every_firm_is_held_out_once_a_repeat_and_classes_are_dealt_evenly() -> None:
    columns, bad = sample(103, seed=1)
    held = hold_out(columns, bad, fit=fit, folds=5, repeats=3)
    assert held.score.shape == held.fold.shape == (3, 103)
    for fold in held.fold:
        bads = np.bincount(fold[bad], minlength=5)
        firms = np.bincount(fold, minlength=5)
        assert bads.max() - bads.min() <= 1
        assert firms.max() - firms.min() <= 1
    assert not np.array_equal(held.fold[0], held.fold[1])


def test_the_held_out_firms_are_never_seen_by_the_fit() -> None:
    columns, bad = sample(60, seed=2)
    columns = {**columns, "row": np.arange(60.0)}
    seen: list[set[float]] = []

    def spy(training: Columns, outcome: Flags) -> Scorecard:
        seen.append(set(training["row"].tolist()))
        assert np.array_equal(outcome, bad[training["row"].astype(int)])
        return fit(training, outcome)

    held = hold_out(columns, bad, fit=spy, folds=4, repeats=1)
    assert len(seen) == 4
    for fold, rows in enumerate(seen):
        assert rows == set(np.flatnonzero(held.fold[0] != fold).tolist())


def test_a_real_signal_is_measured_near_its_true_strength() -> None:
    columns, bad = sample(400, seed=3)
    found = measure(hold_out(columns, bad, fit=fit, repeats=2))
    assert found.auc.low < found.auc.mean < found.auc.high
    assert found.ks.low < found.ks.mean < found.ks.high
    assert found.auc.repeat_low <= found.auc.mean <= found.auc.repeat_high
    assert 0.75 < found.auc.mean < 0.9
    assert (found.firms, found.bads, found.folds, found.repeats) == (400, int(bad.sum()), 5, 2)


def test_the_mean_is_over_the_repeats_of_all_held_out_scores_together() -> None:
    columns, bad = sample(150, seed=4)
    held = hold_out(columns, bad, fit=fit, repeats=3)
    found = measure(held)
    risk = -held.score.astype(np.float64)
    assert found.auc.mean == pytest.approx(np.mean([auc(row, bad) for row in risk]))
    assert found.ks.mean == pytest.approx(np.mean([ks(row, bad) for row in risk]))


def test_fewer_firms_mean_a_wider_interval() -> None:
    few, many = (
        measure(hold_out(*sample(firms, seed=5), fit=fit, repeats=2)).auc for firms in (120, 960)
    )
    assert few.high - few.low > 2 * (many.high - many.low)


def test_shuffled_labels_give_no_signal() -> None:
    columns, bad = sample(300, seed=6)
    generator = np.random.default_rng(6)
    areas = [
        measure(hold_out(columns, generator.permutation(bad), fit=fit, repeats=1)).auc.mean
        for _ in range(10)
    ]
    assert 0.42 < float(np.mean(areas)) < 0.54


def test_the_seed_decides_the_splits() -> None:
    columns, bad = sample(100, seed=7)
    once, again, other = (
        hold_out(columns, bad, fit=fit, repeats=2, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(once.score, again.score)
    assert measure(once) == measure(again)
    assert not np.array_equal(once.fold, other.fold)


@pytest.mark.parametrize("folds", [1, 6])
def test_impossible_folds_are_refused(folds: int) -> None:
    columns, _ = sample(50, seed=8)
    bad = np.arange(50) < 5
    with pytest.raises(ValueError, match="2 to 5 folds are possible"):
        hold_out(columns, bad, fit=fit, folds=folds)
