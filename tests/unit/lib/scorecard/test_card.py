"""The card: exact sums, honest refusals, unchanged by JSON."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from tongbao.lib.scorecard import Scale, Scorecard

VALUES: dict[str, float | None] = {"sales": 50_000.0, "void_share": 0.2, "months_idle": None}


def test_the_points_add_up_to_the_score(card: Scorecard) -> None:
    score = card.score(VALUES)
    assert [(line.code, line.bin, line.points) for line in score.lines] == [
        ("sales", 1, 0),
        ("void_share", 1, -9),
        ("months_idle", 3, -7),
    ]
    assert score.score == 540 + 0 - 9 - 7
    assert score.base_points == 540


@pytest.mark.parametrize(
    ("value", "points"),
    [(-1e18, -30), (19_999.99, -30), (20_000.0, 0), (2_999_999.0, 0), (3e6, 25), (None, -30)],
)
def test_bins_start_at_their_edge(card: Scorecard, value: float | None, points: int) -> None:
    assert card.score({**VALUES, "sales": value}).lines[0].points == points


def test_a_value_must_be_given_even_if_unknown(card: Scorecard) -> None:
    with pytest.raises(KeyError, match="months_idle"):
        card.score({"sales": 1.0, "void_share": 0.1})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_is_no_value(card: Scorecard, value: float) -> None:
    with pytest.raises(ValueError, match="sales is neither a finite number nor None"):
        card.score({**VALUES, "sales": value})


def test_values_the_card_does_not_use_are_ignored(card: Scorecard) -> None:
    assert card.score({**VALUES, "other": 1.0}) == card.score(VALUES)


def test_the_scale_is_where_it_says_it_is() -> None:
    scale = Scale(score_base=600, odds_base=20, points_to_double=20)
    assert scale.probability_of_default(600) == pytest.approx(1 / 21)
    assert scale.probability_of_default(620) == pytest.approx(1 / 41)
    assert scale.probability_of_default(580) == pytest.approx(1 / 11)
    assert scale.score(math.log(20)) == pytest.approx(600)
    assert scale.score(math.log(40)) == pytest.approx(620)


def test_probabilities_fall_with_the_score_and_stay_inside_0_and_1() -> None:
    scale = Scale()
    probabilities = [scale.probability_of_default(score) for score in range(-1000, 2000, 10)]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 < probability < 1 for probability in probabilities[50:-50])
    assert 0 < scale.probability_of_default(10**9) < 1e-100
    assert scale.probability_of_default(-(10**9)) == 1


def test_json_gives_back_the_same_card(card: Scorecard) -> None:
    again = Scorecard.from_json(json.loads(json.dumps(card.to_json())))
    assert again == card
    assert again.score(VALUES) == card.score(VALUES)


def test_a_store_may_turn_whole_floats_into_integers(card: Scorecard) -> None:
    document = json.loads(json.dumps(card.to_json()))
    document["features"][0]["edges"] = [20_000, 3_000_000]
    again = Scorecard.from_json(document)
    assert again == card
    assert all(type(edge) is float for edge in again.features[0].edges)


def test_a_document_of_another_format_is_refused(card: Scorecard) -> None:
    with pytest.raises(ValueError, match="format 1"):
        Scorecard.from_json({**card.to_json(), "format": 2})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"edges": (1.0,)}, "edges between bins"),
        ({"edges": (2.0, 1.0)}, "edges increase"),
        ({"edges": (1.0, 1.0)}, "edges increase"),
        ({"edges": (1.0, math.inf)}, "finite edges"),
        ({"points": (0, 5, 1)}, "points monotone"),
        ({"missing_points": 1}, "missing not rewarded"),
        ({"goods": (1, 2, 3)}, "counts per bin"),
    ],
)
def test_a_malformed_feature_is_refused(
    card: Scorecard, change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(card.features[0], **change)


def test_a_feature_stands_on_the_card_once(card: Scorecard) -> None:
    with pytest.raises(ValueError, match="each feature once"):
        replace(card, features=(card.features[0], card.features[0]))
