import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from tests.unit.sandbox import aggregates
from tongbao_sandbox import firms
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.synthetic.links import draw_links

COLUMNS = (
    *("out", "number", "issued_on", "counterparty"),
    *("amount_minor", "tax_minor", "void", "ids"),
)


@pytest.fixture(scope="module")
def book() -> FirmBook:
    return firms.load()


def same(one: Invoices, other: Invoices) -> bool:
    return one.labels == other.labels and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS
    )


def test_the_same_seed_gives_the_same_firms_and_invoices_in_any_order() -> None:
    one, other = firms.load(seed=5, count=12), firms.load(seed=5, count=12)

    assert one.firms == other.firms
    backwards = {firm.code: other.invoices(firm.code) for firm in reversed(other.firms)}
    assert all(same(one.invoices(code), backwards[code]) for code in backwards)


def test_another_seed_gives_other_firms_and_invoices() -> None:
    one, other = firms.load(seed=5, count=12), firms.load(seed=6, count=12)

    assert {firm.name for firm in one.firms[2:]} != {firm.name for firm in other.firms[2:]}
    assert not {firm.registration_number for firm in one.firms} & {
        firm.registration_number for firm in other.firms
    }
    assert not any(same(one.invoices(firm.code), other.invoices(firm.code)) for firm in one.firms)


def test_firms_are_named_and_numbered_as_chinese_firms_are(book: FirmBook) -> None:
    assert [firm.code for firm in book.firms] == [f"S{n}" for n in range(1, 301)]
    assert len({firm.name for firm in book.firms}) == 300
    sole_traders = 0
    for firm in book.firms:
        assert uscc.is_valid(firm.registration_number)
        assert re.fullmatch("[\u4e00-\u9fff]{6,20}", firm.name)
        is_company = firm.name.endswith(("有限公司", "有限责任公司"))
        assert firm.registration_number.startswith("91" if is_company else "92")
        sole_traders += not is_company
    assert 15 <= sole_traders <= 60


def test_most_firms_have_a_credit_record_and_some_of_these_defaulted(book: FirmBook) -> None:
    known = [firm for firm in book.firms if firm.defaulted is not None]
    bad = [firm for firm in known if firm.defaulted]

    assert 0.7 < len(known) / len(book.firms) < 0.9
    assert 0.14 < len(bad) / len(known) < 0.22
    assert all((firm.rating is None) == (firm.defaulted is None) for firm in book.firms)
    assert {firm.rating for firm in bad} == {"C", "D"}
    assert {firm.rating for firm in known if not firm.defaulted} == {"A", "B", "C"}


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**63 - 1),
    count=st.integers(2, 40),
    as_of=st.dates(date(2018, 1, 1), date(2036, 12, 31)),
)
def test_invoices_of_any_seed_keep_the_rules_of_invoices(
    seed: int, count: int, as_of: date
) -> None:
    book = firms.load(seed=seed, count=count, as_of=as_of)
    first, last = book.period
    assert last == as_of
    assert 1095 <= (last - first).days + 1 <= 1097

    for firm in book.firms[:: max(1, count // 5)]:
        invoices = book.invoices(firm.code)
        assert (np.diff(invoices.issued_on) >= np.timedelta64(0)).all()
        if len(invoices) > 0:
            assert np.datetime64(first) <= invoices.issued_on[0]
            assert invoices.issued_on[-1] <= np.datetime64(last)
        assert (invoices.amount_minor != 0).all()
        assert (np.abs(invoices.amount_minor) < 1_000_000_00).all()
        assert (np.sign(invoices.tax_minor) * np.sign(invoices.amount_minor) >= 0).all()
        assert (np.abs(invoices.tax_minor) <= 0.13 * np.abs(invoices.amount_minor) + 1).all()
        assert not (invoices.void & (invoices.amount_minor < 0)).any()
        assert ((invoices.number > 0) & (invoices.number < 10**8)).all()
        assert all(re.fullmatch(r"[AB]\d{5}|S\d+", label) for label in invoices.labels)
        sides = np.array([label[0] for label in invoices.labels] or ["-"])[invoices.counterparty]
        assert not (sides[invoices.out] == "A").any()
        assert not (sides[~invoices.out] == "B").any()


def test_red_letter_invoices_never_take_back_more_than_was_sold_to_a_partner(
    book: FirmBook,
) -> None:
    for firm in book.firms[:40]:
        invoices = book.invoices(firm.code)
        kept = ~invoices.void
        for side in (invoices.out, ~invoices.out):
            rows = kept & side
            if rows.any():
                by_partner = np.bincount(
                    invoices.counterparty[rows], weights=invoices.amount_minor[rows]
                )
                assert by_partner.min() >= 0


def test_trade_between_firms_shows_on_both_sides(book: FirmBook) -> None:
    links = draw_links(seed=firms.SEED_DEFAULT, count=300)
    assert 40 < len(links) < 110
    assert all(seller != buyer for seller, buyer in links)
    traded = 0
    for seller, buyer in links[:15]:
        sold = rows_with(book, seller, buyer, out=True)
        bought = rows_with(book, buyer, seller, out=False)
        assert sold == bought
        traded += len(sold)
    assert traded > 100


def rows_with(book: FirmBook, firm: int, other: int, *, out: bool) -> list[tuple[object, ...]]:
    """Return the invoices of one firm with another of the book."""
    invoices = book.invoices(book.firms[firm].code)
    label = book.firms[other].code
    if label not in invoices.labels:
        return []
    rows = (invoices.out == out) & (invoices.counterparty == invoices.labels.index(label))
    columns = (invoices.issued_on, invoices.number, invoices.amount_minor, invoices.tax_minor)
    return sorted(zip(*(column[rows].tolist() for column in columns), strict=True))


@pytest.mark.parametrize("seed", [firms.SEED_DEFAULT, 0, 1, 2])
def test_the_demonstration_firm_is_a_healthy_wholesaler(seed: int) -> None:
    book = firms.load(seed=seed, count=10)
    wholesaler = book.firm("S1")
    assert wholesaler.name == "杭州恒筑建材批发有限公司"
    assert (wholesaler.rating, wholesaler.defaulted) == (None, None)
    invoices = book.invoices("S1")
    kept = invoices.out & ~invoices.void
    last_year = kept & (invoices.issued_on > np.datetime64("2025-10-31"))
    yearly_sales = invoices.amount_minor[last_year].sum() / 100

    assert 5_000_000 < yearly_sales < 10_000_000
    figures = aggregates.of_firm(invoices)
    assert figures["sales_months"] == 36
    assert figures["out_hhi"] < 0.1
    assert figures["out_void_share"] < 0.08
    assert figures["in_total"] < figures["out_total"]
    assert "S2" in invoices.labels
    assert book.firm("S2").name == "杭州泽岳水泥制品有限公司"


@pytest.mark.parametrize(
    ("seed", "count", "as_of"),
    [
        (-1, 10, date(2026, 10, 31)),
        (2**63, 10, date(2026, 10, 31)),
        (1, 1, date(2026, 10, 31)),
        (1, 20_001, date(2026, 10, 31)),
        (1, 10, date(2017, 12, 31)),
        (1, 10, date(2037, 1, 1)),
    ],
)
def test_what_cannot_be_made_is_refused(seed: int, count: int, as_of: date) -> None:
    with pytest.raises(ValueError, match="must"):
        firms.load(seed=seed, count=count, as_of=as_of)


def test_the_period_of_a_leap_day_begins_in_march() -> None:
    book = firms.load(count=2, as_of=date(2024, 2, 28))

    assert book.period == (date(2021, 3, 1), date(2024, 2, 28))


def test_thousands_of_firms_still_have_names_and_numbers_of_their_own() -> None:
    book = firms.load(count=3_000)

    assert len({firm.name for firm in book.firms}) == 3_000
    assert len({firm.registration_number for firm in book.firms}) == 3_000
