"""camt.053: valid against the official schema whatever the texts, and the same bytes each time."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.support.statements import schema
from tongbao.kernel.money import Money
from tongbao.lib.iso20022 import camt053
from tongbao.lib.iso20022.text import clean, fitted, pieces

AT = datetime(2025, 10, 31, 8, 0, tzinfo=UTC)
DAY = date(2025, 10, 31)
ENTRY = camt053.Entry(
    reference="0197c0de",
    amount=Money(1250, "CNY"),
    credit=True,
    reversal=False,
    booked_at=AT,
    value_on=DAY,
    code=camt053.Code("PMNT", "RCDT", "BOOK", "payments.transfer"),
    counterparty=camt053.Counterparty("杭州云帆贸易有限公司", "990001*********0018"),
    remittance="货款",
    words="转入 Transfer in",
)
PAGE = camt053.Page(
    message_id="TB20251031-1",
    statement_id="TB20251031",
    created_at=AT,
    number=1,
    last=True,
    from_at=AT,
    to_at=AT,
    account="9900010000000000018",
    currency="CNY",
    owner="王小明",
    servicer="Tongbao Bank",
    issuer="TONGBAO",
    balances=[
        camt053.Balance("OPBD", Money(0, "CNY"), DAY),
        camt053.Balance("CLBD", Money(1250, "CNY"), DAY),
    ],
    totals=camt053.Totals(Money(1250, "CNY"), 1, Money(0, "CNY"), 0),
    entries=[ENTRY],
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def tree(page: camt053.Page) -> Any:
    root = etree.fromstring(camt053.document(page))
    schema().assertValid(root)
    return root


def texts(root: Any, tag: str) -> list[str]:
    return [each.text for each in root.iter(f"{{{camt053.NAMESPACE}}}{tag}")]


def test_a_page_is_valid_and_says_what_it_was_given() -> None:
    root = tree(PAGE)
    assert texts(root, "Amt") == ["0.00", "12.50", "12.50", "12.50"]
    assert texts(root, "Ustrd") == ["货款"]
    assert texts(root, "LastPgInd") == ["true"]
    assert camt053.document(PAGE) == camt053.document(PAGE)


@given(name=TEXTS, remittance=TEXTS, words=TEXTS, own=TEXTS)
def test_no_text_breaks_it(name: str, remittance: str, words: str, own: str) -> None:
    entry = replace(
        ENTRY,
        counterparty=camt053.Counterparty(name, "990001*********0018"),
        remittance=remittance,
        words=words,
        code=replace(ENTRY.code, own=own),
    )
    root = tree(replace(PAGE, owner=name, entries=[entry]))
    assert "".join(texts(root, "Ustrd")).replace(" ", "") == clean(remittance).replace(" ", "")


@pytest.mark.parametrize(("minor", "way"), [(-5, "DBIT"), (0, "CRDT"), (5, "CRDT")])
def test_which_way_is_never_in_the_sign(minor: int, way: str) -> None:
    closing = camt053.Balance("CLBD", Money(minor, "CNY"), DAY)
    root = tree(replace(PAGE, balances=[PAGE.balances[0], closing]))
    assert texts(root, "Amt")[1] == Money(abs(minor), "CNY").text
    assert texts(root, "CdtDbtInd")[1] == way


def test_texts_are_cleaned_and_cut() -> None:
    assert clean("a\x00b\x1f c\n\td\ud800") == "a\ufffdb\ufffd c d\ufffd"
    assert fitted("  ", 5) is fitted(None, 5) is None
    assert fitted("abcdef", 3) == "abc"
    assert list(pieces("abcdefg", 3)) == ["abc", "def", "g"]
