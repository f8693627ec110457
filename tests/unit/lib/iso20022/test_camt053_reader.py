"""camt.053 read: what we write comes back; what is hostile or wrong is refused, with its place."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.reconciliation import bank_statement
from tests.unit.lib.iso20022.test_camt053 import DAY, ENTRY, PAGE
from tongbao.kernel.money import Money
from tongbao.lib.iso20022 import camt053, camt053_reader
from tongbao.lib.iso20022.camt053_reader import NotAStatement

WRITTEN = camt053.document(PAGE)


def refused(document: bytes) -> tuple[camt053_reader.Finding, ...]:
    with pytest.raises(NotAStatement) as raised:
        camt053_reader.read(document)
    return raised.value.findings


@given(moved=st.dictionaries(st.uuids().map(str), st.integers(-(10**12), 10**12), max_size=20))
def test_what_was_written_comes_back(moved: dict[str, int]) -> None:
    moved = {name.replace("-", ""): minor for name, minor in moved.items()}
    read = camt053_reader.read(bank_statement(moved, on=DAY))
    assert {line.reference: line.amount.minor for line in read.lines} == moved
    assert [line.number for line in read.lines] == list(range(1, len(moved) + 1))
    assert read.closing - read.opening == Money(sum(moved.values()), "CNY")
    assert (read.first_on, read.last_on, read.currency) == (DAY, DAY, "CNY")


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_amounts_have_the_decimals_of_their_currency(currency: str) -> None:
    read = camt053_reader.read(bank_statement({"A": 12_345}, on=DAY, currency=currency))
    assert read.lines[0].amount == Money(12_345, currency)


def entry_with(details: str, entry: str = "") -> bytes:
    """The page with other details of its one entry, and more about the entry before them."""
    text = WRITTEN.decode()
    start, end = text.index("<NtryDtls>"), text.index("</NtryDtls>") + len("</NtryDtls>")
    return (text[:start] + entry + details + text[end:]).encode()


def refs(inner: str) -> str:
    return f"<NtryDtls><TxDtls><Refs>{inner}</Refs></TxDtls></NtryDtls>"


@pytest.mark.parametrize(
    ("details", "reference", "theirs"),
    [
        (refs("<EndToEndId>E</EndToEndId><TxId>T</TxId>"), "T", "0197c0de"),
        (refs("<InstrId>I</InstrId><EndToEndId>E</EndToEndId>"), "I", "0197c0de"),
        (refs("<AcctSvcrRef>S</AcctSvcrRef><EndToEndId>E</EndToEndId>"), "E", "S"),
        (refs("<EndToEndId>NOTPROVIDED</EndToEndId>"), "0197c0de", "0197c0de"),
        (refs("<PmtInfId>P</PmtInfId><EndToEndId>NOTPROVIDED</EndToEndId>"), "P", "0197c0de"),
        ("<NtryDtls><Btch><PmtInfId>B</PmtInfId></Btch></NtryDtls>", "B", "0197c0de"),
        ("", "0197c0de", "0197c0de"),
    ],
)
def test_a_line_is_known_by_our_word_before_theirs(
    details: str, reference: str, theirs: str
) -> None:
    (line,) = camt053_reader.read(entry_with(details)).lines
    assert (line.reference, line.servicer_reference) == (reference, theirs)


def part(name: str, amount: str, way: str = "") -> str:
    told = f"<CdtDbtInd>{way}</CdtDbtInd>" if way else ""
    refs = f"<Refs><TxId>{name}</TxId></Refs>"
    return f'<TxDtls>{refs}<Amt Ccy="CNY">{amount}</Amt>{told}</TxDtls>'


def test_an_entry_of_many_transactions_is_read_as_those() -> None:
    parts = part("A", "10.00") + part("B", "5.00", "CRDT") + part("C", "2.50", "DBIT")
    lines = camt053_reader.read(entry_with(f"<NtryDtls>{parts}</NtryDtls>")).lines
    found = [(line.number, line.reference, line.amount.minor) for line in lines]
    assert found == [(1, "A", 1_000), (2, "B", 500), (3, "C", -250)]


@pytest.mark.parametrize("second", ["2.49", "2.51"])
def test_details_that_do_not_add_up_are_one_line(second: str) -> None:
    details = f"<NtryDtls>{part('A', '10.00')}{part('B', second)}</NtryDtls>"
    (line,) = camt053_reader.read(entry_with(details)).lines
    assert (line.amount.minor, line.reference) == (1_250, "0197c0de")


def test_what_is_not_booked_is_counted_and_left_out() -> None:
    document = WRITTEN.replace(b"<Cd>BOOK<", b"<Cd>PDNG<")
    at = document.index(b"CLBD")
    document = document[:at] + document[at:].replace(b"12.50", b"0.00", 1)
    read = camt053_reader.read(document)
    assert (read.lines, read.unbooked) == ((), 1)


def test_a_wrong_value_is_found_by_name_and_line() -> None:
    document = WRITTEN.replace(b"<Ntry>", b"\n\n<Ntry>").replace(b">12.50<", b">12,50<")
    found = refused(document)
    assert {each.path for each in found} >= {
        "/Document/BkToCstmrStmt/Stmt/Bal[2]/Amt",
        "/Document/BkToCstmrStmt/Stmt/Ntry/Amt",
    }
    by_path = {each.path: each.line for each in found}
    before, entry = (
        by_path["/Document/BkToCstmrStmt/Stmt/Bal[2]/Amt"],
        by_path["/Document/BkToCstmrStmt/Stmt/Ntry/Amt"],
    )
    assert entry == before + 2


def test_what_does_not_add_up_is_refused() -> None:
    (found,) = refused(WRITTEN.replace(b"12.50", b"13.50", 1))
    assert found.problem == "opening and entries come to 12.50, closing says 13.50"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (WRITTEN.replace(b'Ccy="CNY"', b'Ccy="JPY"'), "decimal"),
        (WRITTEN.replace(b'Ccy="CNY"', b'Ccy="XXY"'), "XXY"),
        (WRITTEN.replace(b'<Amt Ccy="CNY">12.50', b'<Amt Ccy="USD">12.50'), "currency"),
        (WRITTEN.replace(b"CLBD", b"CLAV"), "no balance CLBD"),
        (WRITTEN.replace(b"camt.053.001.08", b"camt.053.001.13"), "declaration"),
        (b"<a/>", "declaration"),
        (b"", "empty"),
        (b"\0" * 1_000_000, ""),
        (b"<a>" * 100_000, "depth"),
        (WRITTEN.decode().encode("gbk"), "encoding"),
        (WRITTEN.replace(b"UTF-8", b"EBCDIC-9"), ""),
    ],
)
def test_what_is_no_statement_is_refused_in_words(document: bytes, problem: str) -> None:
    found = refused(document)
    assert problem.lower() in found[0].problem.lower()
    assert len(found) <= camt053_reader.FINDINGS_MAX
    assert all(len(each.problem) < 400 for each in found)


@pytest.mark.parametrize("cut", range(0, len(WRITTEN), 97))
def test_a_statement_without_its_end_is_refused(cut: int) -> None:
    assert refused(WRITTEN[:cut])


@pytest.mark.parametrize("bomb", ["billion", "file", "parameter", "empty"])
def test_document_types_are_refused_whatever_is_in_them(bomb: str) -> None:
    declared = {
        "billion": '[<!ENTITY a "0"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]',
        "file": '[<!ENTITY c SYSTEM "file:///etc/passwd">]',
        "parameter": 'SYSTEM "http://192.0.2.1/x.dtd"',
        "empty": "",
    }[bomb]
    head, rest = WRITTEN.decode().split("?>", 1)
    rest = rest.replace("货款", "&c;" if "ENTITY c" in declared else "货款")
    (found,) = refused(f"{head}?><!DOCTYPE Document {declared}>{rest}".encode())
    assert "document type" in found.problem


def test_findings_are_bounded() -> None:
    entry = WRITTEN[WRITTEN.index(b"<Ntry>") : WRITTEN.index(b"</Ntry>") + 7]
    many = WRITTEN.replace(entry, entry.replace(b"CRDT", b"UP") * 500)
    assert len(refused(many)) <= camt053_reader.FINDINGS_MAX


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt053_reader, "ENTRIES_MAX", 2)
    (found,) = refused(bank_statement(dict.fromkeys("ABC", 1), on=DAY))
    assert found.problem == "more than 2 entries"
    monkeypatch.setattr(camt053_reader, "BYTES_MAX", 100)
    (found,) = refused(WRITTEN)
    assert "bytes" in found.problem


def test_days_are_those_of_the_entries_and_of_closing() -> None:
    early = replace(ENTRY, booked_at=datetime(2025, 10, 29, 8, tzinfo=UTC))
    read = camt053_reader.read(camt053.document(replace(PAGE, entries=[early])))
    assert (read.first_on, read.last_on) == (date(2025, 10, 29), DAY)
