import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.sandbox.conftest import FIRM, KnownSource, invoices_of
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.pages import (
    OFFSET_MAX,
    Ask,
    BadCursor,
    amount_text,
    decode_cursor,
    encode_cursor,
)

NUMBER = FIRM.registration_number


@given(offset=st.integers(0, OFFSET_MAX))
def test_a_cursor_gives_its_offset_back_to_its_taxpayer_only(offset: int) -> None:
    cursor = encode_cursor(offset, registration_number=NUMBER)

    assert decode_cursor(cursor, registration_number=NUMBER) == offset
    with pytest.raises(BadCursor):
        decode_cursor(cursor, registration_number="91320102000000002B")


@given(cursor=st.text(max_size=40))
def test_no_text_of_a_stranger_is_a_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, registration_number=NUMBER)


@pytest.mark.parametrize("change", [("", "x"), ("x", ""), ("A", "B"), ("", "==="), ("", "\n")])
def test_a_changed_cursor_is_refused(change: tuple[str, str]) -> None:
    cursor = encode_cursor(5_000, registration_number=NUMBER)
    front, back = change

    with pytest.raises(BadCursor):
        decode_cursor(front + cursor[len(front) :] + back, registration_number=NUMBER)


@given(minor=st.integers(-(2**63), 2**63 - 1))
def test_an_amount_in_words_is_exact(minor: int) -> None:
    text = amount_text(minor)

    assert Decimal(text) == Decimal(minor) / 100
    assert len(text.partition(".")[2]) == 2


@given(labels=st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_partner_codes_survive_json_whatever_they_contain(labels: list[str]) -> None:
    source = KnownSource()
    labels = [label.encode("utf-8", "ignore").decode() or "x" for label in labels]
    source.rows["F1"] = invoices_of([1] * 10, tuple(labels))
    book = FirmBook(source)

    page = json.loads(Ask(book, FIRM, book.invoices("F1"), 0, 10).page().json())

    assert [item["counterparty"] for item in page["items"]] == [
        labels[row % len(labels)] for row in range(10)
    ]


def test_an_offset_beyond_the_end_is_an_empty_last_page() -> None:
    book = FirmBook(KnownSource())

    page = Ask(book, FIRM, book.invoices("F1"), OFFSET_MAX, 5_000).page()

    assert page.items == ()
    assert page.next is None
