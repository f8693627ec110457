"""Fitting: what is chosen, what is left out, and that it is the same every time."""

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.lib.scorecard.conftest import CANDIDATES, fit, sample
from tongbao.lib.scorecard import Direction, FitSettings, auc, fit_scorecard


def test_what_tells_is_chosen_and_what_does_not_is_left_out() -> None:
    columns, bad = sample(600, seed=1)
    card = fit(columns, bad)
    codes = {feature.code for feature in card.features}
    assert "swing" in codes
    assert len(codes & {"size", "size_again"}) == 1  # one of the two says it all
    assert not codes & {"noise", "against"}


def test_the_card_separates_and_its_probabilities_are_of_the_right_size() -> None:
    columns, bad = sample(2000, seed=2)
    card = fit(columns, bad)
    fresh, fresh_bad = sample(2000, seed=3)
    scores = [
        card.score(
            {code: None if np.isnan(column[i]) else column[i] for code, column in fresh.items()}
        )
        for i in range(len(fresh_bad))
    ]
    assert auc(-np.array([float(s.score) for s in scores]), fresh_bad) > 0.8
    mean = float(np.mean([s.probability_of_default for s in scores]))
    assert mean == pytest.approx(float(fresh_bad.mean()), abs=0.03)


def test_points_are_monotone_in_the_expected_direction() -> None:
    columns, bad = sample(600, seed=4)
    for feature in fit(columns, bad).features:
        rising = feature.direction is Direction.HIGHER_IS_BETTER
        assert list(feature.points) == sorted(set(feature.points), reverse=not rising)


def test_training_twice_gives_the_same_card() -> None:
    columns, bad = sample(300, seed=5)
    assert fit(columns, bad) == fit(columns, bad)


def test_counts_of_all_bins_add_up_to_the_sample() -> None:
    columns, bad = sample(300, seed=6)
    card = fit(columns, bad)
    assert card.features
    for feature in card.features:
        assert sum(feature.goods) == int((~bad).sum())
        assert sum(feature.bads) == int(bad.sum())


def test_without_anything_that_tells_every_firm_gets_the_base_rate() -> None:
    generator = np.random.default_rng(7)
    bad = np.arange(200) % 5 == 0
    columns = {c.code: generator.permutation(200).astype(np.float64) for c in CANDIDATES}
    settings = FitSettings(information_value_min=10)
    card = fit_scorecard(columns, bad, candidates=CANDIDATES, settings=settings)
    assert card.features == ()
    assert card.score({}).probability_of_default == pytest.approx(0.2, abs=0.01)


def test_limits_on_the_number_and_the_weight_of_features_hold() -> None:
    columns, bad = sample(600, seed=8)
    one = fit_scorecard(columns, bad, candidates=CANDIDATES, settings=FitSettings(features_max=1))
    assert len(one.features) == 1
    none = fit_scorecard(
        columns, bad, candidates=CANDIDATES, settings=FitSettings(span_points_min=10_000)
    )
    assert none.features == ()


def test_no_feature_turns_its_own_evidence_around() -> None:
    """Two features that share their signal: whatever the regression says, no coefficient is < 0."""
    columns, bad = sample(200, seed=9)
    settings = FitSettings(correlation_max=1, regularisation=1000, span_points_min=1)
    card = fit_scorecard(columns, bad, candidates=CANDIDATES, settings=settings)
    assert all(feature.coefficient > 0 for feature in card.features)


@pytest.mark.parametrize("bad", [np.zeros(50, np.bool_), np.ones(50, np.bool_)])
def test_one_class_alone_is_refused(bad: np.ndarray) -> None:
    columns, _ = sample(50, seed=10)
    with pytest.raises(ValueError, match="at least one good and one bad"):
        fit(columns, bad)


def test_columns_of_another_length_are_refused() -> None:
    columns, bad = sample(50, seed=11)
    with pytest.raises(ValueError, match="column size has not one value per outcome"):
        fit({**columns, "size": columns["size"][:-1]}, bad)


def test_candidates_in_another_order_give_the_same_card() -> None:
    columns, bad = sample(300, seed=12)
    turned = fit_scorecard(columns, bad, candidates=CANDIDATES[::-1], settings=FitSettings())
    assert turned == fit(columns, bad)
    renamed = [replace(c, unit="ratio") for c in CANDIDATES]
    other = fit_scorecard(columns, bad, candidates=renamed, settings=FitSettings())
    assert {feature.unit for feature in other.features} == {"ratio"}
