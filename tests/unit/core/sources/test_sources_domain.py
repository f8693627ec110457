"""What a download must satisfy: pages of every wrong kind are refused with the right finding."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.sources.conftest import LIMITS, NUMBER, ROWS, Row, columns, heading
from tongbao.core.sources.domain import download as domain
from tongbao.core.sources.domain.download import Collector
from tongbao.core.sources.domain.errors import (
    Finding,
    PayloadDamaged,
    SourceUntrustworthy,
)
from tongbao.kernel.text import Language, Text

rows_of_a_firm = st.lists(
    st.tuples(
        st.uuids().map(str),
        st.booleans(),
        st.integers(0, 10**8 - 1).map(lambda number: f"{number:08d}"),
        st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(date.isoformat),
        st.text(min_size=1, max_size=5),
        st.integers(-(10**12), 10**12),
        st.integers(-(10**12), 10**12),
        st.booleans(),
    ),
    max_size=40,
    unique_by=lambda row: row[0],
)


def collect(pages: Sequence[tuple[domain.Heading, Sequence[Row], str | None]]) -> Collector:
    collector = Collector(registration_number=NUMBER, limits=LIMITS)
    for head, rows, following in pages:
        collector.add(head, columns(rows), following)
    return collector


def finding(pages: Sequence[tuple[domain.Heading, Sequence[Row], str | None]]) -> Finding:
    with pytest.raises(SourceUntrustworthy) as raised:
        collect(pages)
    return raised.value.finding


@given(rows=rows_of_a_firm, size=st.integers(1, 7))
def test_true_pages_of_any_size_are_accepted_and_come_back(rows: list[Row], size: int) -> None:
    cuts = range(0, max(len(rows), 1), size)
    pages = [
        (heading(rows), rows[cut : cut + size], None if cut == cuts[-1] else str(cut))
        for cut in cuts
    ]
    download = collect(pages).finish(byte_count=0)
    head, found = domain.unpack(download.payload, download.payload_sha256)
    assert head == heading(rows)
    assert found == columns(rows)


@given(
    rows=rows_of_a_firm.filter(bool),
    change=st.integers(-(10**6), 10**6).filter(bool),
    data=st.data(),
)
def test_no_single_changed_number_goes_unnoticed(
    rows: list[Row], change: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    row = rows[index]
    bent: Row = (
        (*row[:5], row[5] + change, *row[6:])
        if data.draw(st.booleans())
        else (*row[:6], row[6] + change, row[7])
    )
    changed = [*rows[:index], bent, *rows[index + 1 :]]
    assert finding([(heading(rows), changed, None)]) is Finding.TOTALS_DIFFER


@given(rows=rows_of_a_firm.filter(bool), data=st.data())
def test_no_missing_row_goes_unnoticed(rows: list[Row], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    left = [*rows[:index], *rows[index + 1 :]]
    assert finding([(heading(rows), left, None)]) is Finding.TOTALS_DIFFER


def test_another_taxpayer() -> None:
    other = heading(number="91310115MA3EJ44C38")
    assert finding([(other, ROWS, None)]) is Finding.OTHER_TAXPAYER
    renamed = heading(name="另一公司")
    pages = [(heading(), ROWS[:1], "2"), (renamed, ROWS[1:], None)]
    assert finding(pages) is Finding.OTHER_TAXPAYER


def test_headings_that_change() -> None:
    more = replace(heading(), totals=domain.ControlTotals(4, 1, 1))
    longer = replace(heading(), period_to=date(2025, 1, 1))
    assert finding([(heading(), ROWS[:1], "2"), (more, ROWS[1:], None)]) is Finding.TOTALS_CHANGED
    assert finding([(heading(), ROWS[:1], "2"), (longer, ROWS[1:], None)]) is Finding.PERIOD_CHANGED
    backwards = replace(heading(), period_from=date(2025, 1, 1))
    assert finding([(backwards, ROWS, None)]) is Finding.MALFORMED


def test_repetitions() -> None:
    head = heading()
    assert finding([(head, ROWS[:1], "2"), (head, ROWS[:1], "3")]) is Finding.PAGE_REPEATED
    twice = (ROWS[0], ROWS[0])
    assert finding([(head, twice, "2")]) is Finding.INVOICE_REPEATED
    overlap = (ROWS[1], ROWS[0])
    assert finding([(head, ROWS[:1], "2"), (head, overlap, None)]) is Finding.INVOICE_REPEATED
    assert finding([(head, ROWS[:1], "2"), (head, ROWS[1:2], "2")]) is Finding.PAGE_REPEATED
    assert finding([(head, ROWS[:1], "2"), (head, (), "3")]) is Finding.PAGE_REPEATED


def test_more_rows_than_the_total_says() -> None:
    assert finding([(heading(ROWS[:2]), ROWS, "2")]) is Finding.TOTALS_DIFFER


@pytest.mark.parametrize("day", ["2023-12-31", "2025-01-01"])
def test_a_date_outside_the_period(day: str) -> None:
    outside = (*ROWS[0][:3], day, *ROWS[0][4:])
    assert finding([(heading([outside]), [outside], None)]) is Finding.DATE_OUTSIDE_PERIOD


@pytest.mark.parametrize("day", ["2024-02-30", "2024-13-01", "0000-00-00"])
def test_a_day_the_calendar_lacks(day: str) -> None:
    impossible = (*ROWS[0][:3], day, *ROWS[0][4:])
    assert finding([(heading([impossible]), [impossible], None)]) is Finding.MALFORMED


def test_the_same_rows_give_the_same_bytes() -> None:
    one, other = (collect([(heading(), ROWS, None)]).finish(byte_count=n) for n in (1, 2))
    assert (one.payload, one.payload_sha256) == (other.payload, other.payload_sha256)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_payload_is_noticed(position: int, change: int) -> None:
    download = collect([(heading(), ROWS, None)]).finish(byte_count=0)
    bent = bytearray(download.payload)
    bent[position % len(bent)] ^= change
    try:
        found = domain.unpack(bytes(bent), download.payload_sha256)
    except PayloadDamaged:
        return
    assert found == (heading(), columns(ROWS))  # a bit of the container that carries nothing


def test_a_cut_or_foreign_payload_is_noticed() -> None:
    download = collect([(heading(), ROWS, None)]).finish(byte_count=0)
    for payload, digest in (
        (download.payload[:-1], download.payload_sha256),
        (download.payload, "0" * 64),
        (b"", download.payload_sha256),
        (zlib.compress(b"{}"), download.payload_sha256),
    ):
        with pytest.raises(PayloadDamaged):
            domain.unpack(payload, digest)


def test_counterparties_are_numbered_by_first_appearance() -> None:
    assert domain.codes_of(["b", "a", "b", "c"]).tolist() == [0, 1, 0, 2]
    assert domain.codes_of([]).dtype == np.int64


@pytest.mark.parametrize("finding", Finding)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_is_said_in_both_languages(finding: Finding, language: Language) -> None:
    error = SourceUntrustworthy(
        finding=finding,
        where="x",
        what=Text(zh="张数", en="number"),
        found=1,
        expected=2,
        invoice="1",
        maximum=3,
        status=302,
    )
    said = error.say(language)
    assert "{" not in said
    assert said.isascii() == (language == "en")
    assert error.code == "sources.untrustworthy"
    assert ("数据" in said) == (language == "zh")
