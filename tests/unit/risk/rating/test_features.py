"""Each feature by a case small enough to be computed by hand."""

import math
from datetime import date

import numpy as np
import pytest

from tests.unit.risk.rating.conftest import AS_OF, Invoice, monthly, table
from tongbao.risk.rating.service import FEATURES, FeatureValues, InvoiceTable, features


def read(*invoices: Invoice, as_of: date = AS_OF) -> FeatureValues:
    return features(table(*invoices), as_of=as_of)


def test_a_firm_without_invoices_has_zeros_where_known_and_nothing_elsewhere() -> None:
    values = features(InvoiceTable.empty(), as_of=AS_OF)
    assert list(values) == [feature.code for feature in FEATURES]
    assert {code: value for code, value in values.items() if value is not None} == {
        "sales_total": 0,
        "sales_recent_year": 0,
        "sales_invoices": 0,
        "sales_tenure": 0,
        "months_without_sales": 36,
        "purchases_total": 0,
        "purchase_invoices": 0,
        "buyers": 0,
        "suppliers": 0,
    }


def test_one_invoice_is_enough_for_what_one_invoice_can_say() -> None:
    values = read(Invoice("2020-02-20", 12_345, tax=1_605))
    assert values["sales_total"] == 123.45
    assert values["sales_per_invoice"] == 123.45
    assert values["sales_tenure"] == 1
    assert values["days_since_last_sale"] == 9
    assert values["buyer_concentration"] == 1
    assert values["effective_tax_rate"] == 1_605 / 12_345
    assert values["sales_variation"] is None
    assert values["sales_growth_half_year"] is None
    assert values["supplier_concentration"] is None
    assert values["circular_sales_share"] is None


def test_void_invoices_count_only_in_their_share() -> None:
    sale, other = Invoice("2020-01-05", 1_000), Invoice("2020-01-06", 3_000)
    void = Invoice("2020-01-07", 9_999, partner=7, void=True)
    with_void, without = read(sale, other, void), read(sale, other)
    assert with_void.pop("void_share") == 1 / 3
    assert without.pop("void_share") == 0
    assert with_void == without


def test_only_void_sales_leave_everything_but_the_share_unknown() -> None:
    values = read(Invoice("2020-01-05", 1_000, void=True))
    assert values["void_share"] == 1
    assert values["sales_total"] == 0
    assert values["red_letter_share"] is None
    assert values["buyer_concentration"] is None
    assert values["days_since_last_sale"] is None


def test_red_letters_are_deducted_and_counted_apart() -> None:
    values = read(
        Invoice("2020-01-05", 10_000, tax=1_300),
        Invoice("2020-01-06", 20_000, tax=2_600, partner=2),
        Invoice("2020-02-07", -4_000, tax=-520),
    )
    assert values["sales_total"] == 260
    assert values["sales_invoices"] == 2
    assert values["sales_per_invoice"] == 150
    assert values["red_letter_share"] == 1 / 3
    assert values["effective_tax_rate"] == 3_380 / 26_000
    assert values["months_without_sales"] == 35  # a red letter alone is no sale


def test_returns_beyond_sales_leave_ratios_unknown() -> None:
    values = read(Invoice("2020-01-05", 100), Invoice("2020-01-06", -500))
    assert values["sales_total"] == -4
    assert values["margin"] is None
    assert values["effective_tax_rate"] is None


def test_months_are_counted_from_the_first_sale() -> None:
    values = read(*monthly([100, 0, 300, 0, 0, 100]))
    assert values["sales_tenure"] == 6
    assert values["months_without_sales"] == 36 - 3


def test_variation_is_deviation_over_mean_since_the_first_sale() -> None:
    values = read(*monthly([100, 0, 300, 400]))
    months = np.array([100, 0, 300, 400])
    assert values["sales_variation"] == pytest.approx(months.std() / months.mean(), rel=1e-15)
    assert read(*monthly([100, 300]))["sales_variation"] is None
    assert read(*monthly([500] * 12))["sales_variation"] == 0


def test_growth_compares_equal_stretches_of_complete_months() -> None:
    values = read(*monthly([100] * 6 + [150] * 6))
    assert values["sales_growth_half_year"] == 0.5
    assert values["sales_growth_year"] is None  # the firm is not two years old
    values = read(*monthly([100] * 12 + [90] * 12))
    assert values["sales_growth_year"] == pytest.approx(-0.1)
    assert values["sales_growth_half_year"] == 0
    assert values["sales_recent_year"] == 90 * 12 / 100


def test_growth_from_nothing_is_unknown_and_growth_to_nothing_is_minus_one() -> None:
    assert read(*monthly([100] + [0] * 6 + [100] * 6))["sales_growth_half_year"] is None
    assert read(*monthly([100] * 12 + [0] * 6))["sales_growth_half_year"] == -1


def test_concentration_is_the_sum_of_squared_shares() -> None:
    values = read(
        Invoice("2020-01-05", 600, partner=1),
        Invoice("2020-01-06", 300, partner=2),
        Invoice("2020-01-07", 100, partner=2),
        Invoice("2020-01-08", 1_000, partner=3, sale=False),
        Invoice("2020-01-08", 1_000, partner=4, sale=False),
    )
    assert values["buyer_concentration"] == (600**2 + 400**2) / 1_000**2
    assert values["supplier_concentration"] == 0.5
    assert (values["buyers"], values["suppliers"]) == (2, 2)


def test_returning_buyers_bought_in_two_months() -> None:
    values = read(
        Invoice("2019-12-05", 100, partner=1),
        Invoice("2020-01-05", 200, partner=1),
        Invoice("2020-01-05", 400, partner=2),
        Invoice("2020-01-25", 300, partner=2),
    )
    assert values["returning_buyer_share"] == 0.3


def test_overlap_is_the_share_of_sales_to_suppliers() -> None:
    values = read(
        Invoice("2020-01-05", 300, partner=1),
        Invoice("2020-01-05", 700, partner=2),
        Invoice("2020-01-05", 50, partner=2, sale=False),
    )
    assert values["circular_sales_share"] == 0.7


def test_purchases_make_margin_and_tax() -> None:
    values = read(
        Invoice("2020-01-05", 1_000, tax=130),
        Invoice("2020-01-05", 400, tax=52, sale=False),
        Invoice("2020-01-06", -100, tax=-13, sale=False),
    )
    assert values["purchases_total"] == 3
    assert values["purchase_invoices"] == 1
    assert values["margin"] == 0.7
    assert values["effective_tax_rate"] == (130 - 39) / 1_000


def test_the_window_is_36_complete_months_and_the_days_since() -> None:
    inside, before = Invoice("2017-03-01", 100), Invoice("2017-02-28", 1_000)
    assert read(inside, before)["sales_total"] == 1
    # On 28 February 2020 the month is not complete, so the window reaches one month further back.
    values = read(inside, before, Invoice("2020-02-27", 10_000), as_of=date(2020, 2, 28))
    assert values["sales_total"] == 111
    assert values["sales_tenure"] == 36
    assert values["sales_recent_year"] == 0  # February 2020 is not complete


def test_what_comes_after_the_day_is_not_seen() -> None:
    known = monthly([100, 200, 300], until="2020-01")
    later = [Invoice("2020-03-01", 10**9), Invoice("2020-03-01", 10**9, sale=False, void=True)]
    assert read(*known, *later) == read(*known)


def test_values_are_finite_floats_or_unknown() -> None:
    for value in read(*monthly([100, 0, 300]), *monthly([50], sale=False)).values():
        assert value is None or (type(value) is float and math.isfinite(value))


def test_amounts_at_the_limit_do_not_overflow() -> None:
    big = 5 * 10**17 - 64
    values = read(Invoice("2020-01-05", big, partner=1), Invoice("2020-02-05", big, partner=2))
    assert values["sales_total"] == 2 * big / 100
    assert values["buyer_concentration"] == 0.5
