"""Made-up firms against bands around the real ones; the real ones too, where their data is.

The bands are our own reading of 425 anonymised firms of 2016-2020 (cumcm2020c). Each must hold for
both, so that a band which drifts away from reality fails as well.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.unit.sandbox import aggregates
from tongbao_sandbox import firms
from tongbao_sandbox.book import FirmBook

# figure, percentile over firms, lowest, highest
BANDS = (
    ("invoices", 10, 90, 250),
    ("invoices", 50, 850, 1_500),
    ("invoices", 90, 4_500, 9_000),
    ("out_invoices", 50, 350, 700),
    ("in_invoices", 50, 400, 850),
    ("out_void_share", 50, 0.06, 0.11),
    ("out_void_share", 90, 0.14, 0.26),
    ("in_void_share", 50, 0.02, 0.04),
    ("out_red_share", 50, 0.008, 0.02),
    ("out_red_share", 90, 0.03, 0.08),
    ("in_red_share", 50, 0.003, 0.008),
    ("out_partners", 50, 25, 50),
    ("in_partners", 50, 75, 140),
    ("out_hhi", 10, 0.015, 0.055),
    ("out_hhi", 50, 0.1, 0.2),
    ("out_hhi", 90, 0.33, 0.7),
    ("out_top_share", 50, 0.18, 0.33),
    ("out_ln_amount_mean", 50, 9.7, 10.7),
    ("out_ln_amount_sd", 50, 0.75, 1.05),
    ("in_ln_amount_sd", 50, 1.65, 2.2),
    ("out_per_partner_day", 50, 1.8, 2.7),
    ("out_total", 10, 2.2e5, 1.2e6),
    ("out_total", 50, 9e6, 2.4e7),
    ("out_tax_rate", 50, 0.055, 0.095),
    ("sales_months", 50, 27, 34),
    ("month_cv", 50, 0.85, 1.25),
    ("month_empty_share", 50, 0.0, 0.08),
    ("growth", 50, -0.1, 0.2),
)


def real_book() -> FirmBook:
    """Return the real firms; skip where there is no such data, fail where it is broken."""
    folder = os.environ.get("TONGBAO_TEST_DATA_DIR")
    if not folder:
        pytest.skip("TONGBAO_TEST_DATA_DIR is not set: no real invoices to compare with")
    data = Path(folder) / "cumcm2020c"
    return firms.load(invoices=data / "invoices.parquet", enterprises=data / "enterprises.csv")


@pytest.fixture(
    scope="module",
    params=[
        "default",
        "another seed",
        pytest.param("real", marks=pytest.mark.realdata),
    ],
)
def book(request: pytest.FixtureRequest) -> FirmBook:
    match request.param:
        case "default":
            return firms.load()
        case "another seed":
            return firms.load(seed=2)
        case _:
            return real_book()


@pytest.fixture(scope="module")
def figures(book: FirmBook) -> dict[str, aggregates.Columns]:
    return aggregates.of_book(book)


@pytest.mark.parametrize(
    ("figure", "percentile", "low", "high"),
    BANDS,
    ids=[f"{band[0]}-p{band[1]}" for band in BANDS],
)
def test_firms_lie_in_the_band(
    figures: dict[str, aggregates.Columns], figure: str, percentile: int, low: float, high: float
) -> None:
    values = figures[figure]

    assert low <= np.percentile(values[np.isfinite(values)], percentile) <= high


def test_invoices_a_firm_have_a_heavy_tail(figures: dict[str, aggregates.Columns]) -> None:
    count = figures["invoices"]

    assert 1.2 < np.log(count).std() < 1.7
    assert 1.5 < count.mean() / np.median(count) < 3.5
    assert np.sort(count)[-len(count) // 10 :].sum() > 0.35 * count.sum()


def test_shares_over_all_invoices(book: FirmBook) -> None:
    void_out = aggregates.pooled(book, lambda i: ((i.out & i.void).sum(), i.out.sum()))
    void_in = aggregates.pooled(book, lambda i: ((~i.out & i.void).sum(), (~i.out).sum()))
    red = aggregates.pooled(book, lambda i: (((i.amount_minor < 0) & ~i.void).sum(), len(i)))
    at_cap = aggregates.pooled(
        book, lambda i: ((i.out & (i.amount_minor // 1_000_000 == 9)).sum(), i.out.sum())
    )

    assert 0.06 < void_out < 0.11
    assert 0.025 < void_in < 0.045
    assert 0.01 < red < 0.03
    assert 0.1 < at_cap < 0.32  # just below the CNY 100,000 of the usual licence


def test_the_year_has_its_seasons(book: FirmBook) -> None:
    days, count = aggregates.activity_by_day(book, out=True)
    years = [2018, 2019] if book.period[1].year == 2020 else [2024, 2025]
    month = days.astype("datetime64[M]")
    new_year = {2018: "2018-02-16", 2019: "2019-02-05", 2024: "2024-02-10", 2025: "2025-01-29"}
    for year in years:
        start = int(np.searchsorted(days, np.datetime64(new_year[year])))
        usual = count[month.astype("datetime64[Y]") == np.datetime64(str(year))].mean()
        assert count[start : start + 6].mean() < 0.1 * usual
        assert count[start - 21 : start - 7].mean() > 1.1 * usual
    weekend = (days.astype(np.int64) + 3) % 7 >= 5
    assert 0.04 < count[weekend].sum() / count.sum() < 0.1
    december = count[month == np.datetime64(f"{years[0]}-12")].sum()
    rest = count[month.astype("datetime64[Y]") == np.datetime64(str(years[0]))].sum()
    assert 1.15 < december / (rest / 12) < 1.65


def test_weak_firms_can_be_told_but_never_with_certainty(
    book: FirmBook, figures: dict[str, aggregates.Columns]
) -> None:
    outcome = [firm.defaulted for firm in book.firms]
    known = np.array([answer is not None for answer in outcome])
    bad = np.array([bool(answer) for answer in outcome])[known]
    sizes = ("out_total", "in_total", "out_invoices", "in_invoices", "out_partners", "in_partners")
    shapes = ("out_void_share", "out_hhi", "month_cv", "month_empty_share", "sales_months")
    columns = [np.log1p(np.maximum(figures[name], 0)) for name in sizes]
    columns += [figures[name] for name in shapes]
    features = np.column_stack(columns)[known]
    model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.1))
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=4, random_state=0)

    assert 0.15 < bad.mean() < 0.225
    assert 0.84 < cross_val_score(model, features, bad, scoring="roc_auc", cv=folds).mean() < 0.95
    for column in features.T:
        seen = np.isfinite(column)
        alone = roc_auc_score(bad[seen], column[seen])
        assert max(alone, 1 - alone) < 0.93
