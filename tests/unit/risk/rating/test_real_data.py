"""The card on the 123 real labelled firms (and the features on all 425).

`TONGBAO_TEST_DATA_DIR` points to a folder with `cumcm2020c/invoices.parquet` and `enterprises.csv`.
n = 123 with 27 defaults and no date of default: a benchmark, not a proof. The expected numbers
leave room for the luck of the splits, not for a worse card.
"""

import os
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tongbao.lib.scorecard import auc
from tongbao.risk.rating import service as rating
from tongbao.risk.rating.service import FeatureValues, InvoiceTable, Sample, Training

_FOLDER = os.environ.get("TONGBAO_TEST_DATA_DIR")
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(_FOLDER is None, reason="TONGBAO_TEST_DATA_DIR is not set"),
]
DATA = Path(_FOLDER or ".") / "cumcm2020c"
PERIOD_TO = date(2020, 2, 29)


@pytest.fixture(scope="module")
def firms() -> dict[str, FeatureValues]:
    columns = (
        duckdb.connect()
        .execute(
            "SELECT enterprise, direction = 'out' AS outgoing, issued_on,"
            " dense_rank() OVER (ORDER BY counterparty) AS counterparty, amount_fen, tax_fen,"
            f" NOT valid AS void FROM '{DATA / 'invoices.parquet'}' ORDER BY enterprise"
        )
        .fetchnumpy()
    )
    codes, starts = np.unique(columns["enterprise"].astype(np.str_), return_index=True)
    values = {}
    for code, start, stop in zip(codes, starts, [*starts[1:], None], strict=True):
        rows = {name: column[start:stop] for name, column in columns.items()}
        invoices = InvoiceTable(
            outgoing=rows["outgoing"].astype(np.bool_),
            issued_on=rows["issued_on"].astype("datetime64[D]"),
            counterparty=rows["counterparty"].astype(np.int64),
            amount_minor=rows["amount_fen"].astype(np.int64),
            tax_minor=rows["tax_fen"].astype(np.int64),
            void=rows["void"].astype(np.bool_),
        )
        values[str(code)] = rating.features(invoices, as_of=PERIOD_TO)
    return values


@pytest.fixture(scope="module")
def samples(firms: dict[str, FeatureValues]) -> list[Sample]:
    labels = (
        duckdb.connect()
        .execute(
            f"SELECT code, defaulted FROM '{DATA / 'enterprises.csv'}' WHERE defaulted IS NOT NULL"
        )
        .fetchall()
    )
    return [Sample(code=c, features=firms[c], defaulted=bool(bad)) for c, bad in labels]


@pytest.fixture(scope="module")
def training(samples: list[Sample]) -> Training:
    return rating.train(samples)


def test_the_card_separates_as_well_as_was_measured(training: Training) -> None:
    validation = training.report.validation
    assert (validation.firms, validation.bads) == (123, 27)
    assert validation.auc.mean > 0.88
    assert validation.ks.mean > 0.66
    assert validation.auc.low > 0.78
    assert validation.auc.mean < 0.95  # beyond that somebody has told the card the outcome


def test_no_single_feature_knows_the_outcome(samples: list[Sample]) -> None:
    bad = np.array([sample.defaulted for sample in samples])
    for code in samples[0].features:
        values = np.array([np.nan if (v := s.features[code]) is None else v for s in samples])
        known = ~np.isnan(values)
        area = auc(values[known], bad[known])
        assert max(area, 1 - area) < 0.95, code


def test_shuffled_labels_teach_nothing(samples: list[Sample]) -> None:
    generator = np.random.default_rng(5)
    areas = []
    for _ in range(5):
        shuffled = generator.permutation([sample.defaulted for sample in samples])
        relabelled = [
            Sample(code=s.code, features=s.features, defaulted=bool(label))
            for s, label in zip(samples, shuffled, strict=True)
        ]
        areas.append(rating.train(relabelled).report.validation.auc.mean)
    assert 0.38 < float(np.mean(areas)) < 0.58


def test_all_425_firms_have_values_and_a_score(
    firms: dict[str, FeatureValues], training: Training
) -> None:
    assert len(firms) == 425
    scores = {code: training.card.score(values) for code, values in firms.items()}
    assert all(0 < score.probability_of_default < 1 for score in scores.values())
    assert len({score.score for score in scores.values()}) > 50
    grades = [training.bands.grade(score.probability_of_default) for score in scores.values()]
    assert sum(grade in {"A", "B", "C"} for grade in grades) / 425 > 0.6
