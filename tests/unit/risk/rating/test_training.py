"""Training: the same card from the same firms, refusals, and an honest report."""

import json
import math
from dataclasses import replace

import pytest

from tests.unit.risk.rating.conftest import made_up_samples
from tongbao.risk.rating import service as rating
from tongbao.risk.rating.service import BadSamples, Grade, Sample, TooFewSamples, Training

SAMPLES = made_up_samples(150, seed=1)


@pytest.fixture(scope="module")
def training() -> Training:
    return rating.train(SAMPLES)


def test_the_report_says_how_well_and_on_how_many(training: Training) -> None:
    validation = training.report.validation
    assert (validation.firms, validation.folds, validation.repeats) == (150, 5, 20)
    assert validation.bads == sum(sample.defaulted for sample in SAMPLES)
    assert 0.7 < validation.auc.mean < 0.95
    assert validation.auc.low < validation.auc.mean < validation.auc.high
    assert training.feature_set == "vat-invoices/1"


def test_the_report_tells_how_each_grade_did(training: Training) -> None:
    grades = training.report.grades
    assert [line.grade for line in grades] == list(Grade)
    assert math.fsum(line.share for line in grades) == pytest.approx(1)
    overall = math.fsum(line.share * (line.defaulted or 0) for line in grades)
    assert overall == pytest.approx(training.report.validation.bads / 150)
    assert grades[-1].defaulted is not None
    assert grades[-1].defaulted > 0.4


def test_the_report_is_plain_json(training: Training) -> None:
    document = json.loads(json.dumps(training.report.to_json(), allow_nan=False))
    assert document["validation"]["auc"]["mean"] == training.report.validation.auc.mean
    assert [line["grade"] for line in document["grades"]] == ["A", "B", "C", "D", "E"]


def test_the_order_and_the_names_of_the_firms_do_not_matter(training: Training) -> None:
    again = rating.train(SAMPLES[::-1])
    assert again == training
    renamed = rating.train([replace(s, code=f"X{s.code}") for s in SAMPLES])
    assert renamed.card == training.card
    assert renamed.data_fingerprint != training.data_fingerprint


def test_features_that_are_not_scored_change_nothing_but_the_fingerprint(
    training: Training,
) -> None:
    silent = [
        replace(s, features={**s.features, "days_since_last_sale": 1e3 * s.defaulted})
        for s in SAMPLES
    ]
    told = rating.train(silent)
    assert told.card == training.card
    assert told.report == training.report
    assert told.data_fingerprint != training.data_fingerprint


def _with_class_sizes(goods: int, bads: int) -> list[Sample]:
    labels = [False] * goods + [True] * bads
    return [replace(s, defaulted=label) for s, label in zip(SAMPLES, labels, strict=False)]


@pytest.mark.parametrize(("goods", "bads"), [(100, 9), (9, 100), (0, 0)])
def test_too_few_firms_of_one_kind_are_refused(goods: int, bads: int) -> None:
    with pytest.raises(TooFewSamples) as caught:
        rating.train(_with_class_sizes(goods, bads))
    assert caught.value.facts == {"goods": goods, "bads": bads, "least": 10}


def test_ten_of_each_kind_are_enough() -> None:
    assert rating.train(_with_class_sizes(30, 10)).report.validation.firms == 40


def test_a_firm_twice_or_without_a_feature_is_refused() -> None:
    with pytest.raises(BadSamples, match="F0000"):
        rating.train([*SAMPLES, SAMPLES[0]])
    partial = {code: v for code, v in SAMPLES[3].features.items() if code != "buyers"}
    with pytest.raises(BadSamples, match="F0003"):
        rating.train([*SAMPLES[:3], replace(SAMPLES[3], features=partial), *SAMPLES[4:]])


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_refused(value: float) -> None:
    broken = replace(SAMPLES[5], features={**SAMPLES[5].features, "margin": value})
    with pytest.raises(BadSamples, match="F0005"):
        rating.train([*SAMPLES[:5], broken, *SAMPLES[6:]])


def test_the_fingerprint_sees_every_value_and_no_order() -> None:
    known = rating.fingerprint(SAMPLES)
    assert rating.fingerprint(SAMPLES[::-1]) == known
    flipped = replace(SAMPLES[0], defaulted=not SAMPLES[0].defaulted)
    moved = replace(SAMPLES[0], features={**SAMPLES[0].features, "buyers": 1e-9})
    assert len({known, *(rating.fingerprint([s, *SAMPLES[1:]]) for s in (flipped, moved))}) == 3
