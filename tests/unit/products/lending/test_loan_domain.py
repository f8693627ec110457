"""Maturity and the words of the contract."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.agreements import service as agreements
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Language
from tongbao.products.lending.domain import loan


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 11, 21), 12, date(2027, 11, 21)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_maturity(start: date, months: int, end: date) -> None:
    assert loan.maturity(start, months) == end


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_maturity_is_the_same_day_or_the_months_last(start: date, months: int) -> None:
    end = loan.maturity(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end.replace(day=28) <= end))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_parameters_fill_the_agreement(language: Language) -> None:
    parameters = loan.agreement_parameters(
        language=language,
        borrower_name="华东建材有限公司",
        registration_number="91310115MA3EJ44C37",
        account_number="9900010000000000026",
        principal=Money.parse("300000.00", "CNY"),
        annual_rate=Rate.percent("8.25"),
        term_months=12,
        disbursed_on=date(2026, 11, 21),
    )
    rendered = agreements.preview(
        template=agreements.LOAN_AGREEMENT, parameters=parameters, language=language
    )
    for words in ("300000.00", "8.25", "2027-11-21", "9900010000000000026"):
        assert words in rendered.text
