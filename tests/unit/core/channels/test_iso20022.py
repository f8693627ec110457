"""The bank's messages: what we write is valid, what we read is read or refused with its path."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import files as files_of
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tongbao.core.channels.gateways import iso20022
from tongbao.core.channels.gateways.iso20022 import Document, Unreadable
from tongbao.core.channels.service import Counterparty, CounterpartyKind, Instruction, Operation
from tongbao.kernel.money import Money
from tongbao_sandbox.channels import iso20022 as theirs
from tongbao_sandbox.channels.book import Direction, Payment, Status

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
UETR = UUID("0197c0de-0000-4000-8000-000000000001")
PAID = Instruction(
    reference="R-0123456789",
    operation=Operation.PAY_OUT,
    amount=Money(100_05, "CNY"),
    at=AT,
    counterparty=Counterparty(
        CounterpartyKind.BANK_ACCOUNT, "6222000000000001", "林晓", "102100099996"
    ),
    remittance="货款",
    end_to_end_id="E-1",
    uetr=UETR,
    debtor=Counterparty(CounterpartyKind.BANK_ACCOUNT, "9900010000000000018", "云帆"),
)


@cache
def schema() -> etree.XMLSchema:
    """The official pacs.008.001.08.xsd, out of a package that carries it."""
    (found,) = [
        file
        for file in files_of("pacs008") or ()
        if str(file) == "pacs008/templates/pacs.008.001.08/pacs.008.001.08.xsd"
    ]
    return etree.XMLSchema(etree.parse(Path(str(found.locate()))))


def written(instruction: Instruction) -> bytes:
    return iso20022.write_order(instruction, message_id="M1", at=AT, agent="tongbao")


def payment(**other: object) -> Payment:
    made = Payment(
        number="B1", reference="R-0123456789", direction=Direction.PAYOUT, amount=100_05,
        currency="CNY", account="6222", name="林晓", created_at=AT, status=Status.SETTLED,
        settled_at=AT, details={"end_to_end_id": "E-1", "uetr": str(UETR), "told_amount": "100.05"},
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"uetr": None, "remittance": "", "end_to_end_id": "", "debtor": None},
        {"counterparty": Counterparty(CounterpartyKind.CARD, "62" * 8, "")},
        {"counterparty": Counterparty(CounterpartyKind.BANK_ACCOUNT, "1" * 34, "长" * 200)},
        {"remittance": "<&>\"'" * 40},
        {"amount": Money(1, "CNY")},
        {"amount": Money(10**15, "CNY")},
    ],
)
def test_what_we_write_is_a_pacs_008(changed: dict[str, object]) -> None:
    document = written(replace(PAID, **changed))  # type: ignore[arg-type]
    schema().assertValid(etree.fromstring(document))


def test_the_schema_refuses_what_is_none() -> None:
    with pytest.raises(etree.DocumentInvalid):
        schema().assertValid(etree.fromstring(written(PAID).replace(b"CLRG", b"NONE")))


@given(
    name=st.text(max_size=200),
    remittance=st.text(max_size=200),
    minor=st.integers(1, 10**12),
)
def test_whatever_a_name_or_remittance_is_the_order_is_valid_and_says_the_same(
    name: str, remittance: str, minor: int
) -> None:
    creditor = replace(PAID.counterparty, name=name)  # type: ignore[type-var]
    document = written(
        replace(PAID, counterparty=creditor, remittance=remittance, amount=Money(minor, "CNY"))
    )
    schema().assertValid(etree.fromstring(document))
    (read,) = theirs.read_order(document).transfers
    assert read.amount == minor
    assert read.transaction_id == PAID.reference


def test_the_same_instruction_is_the_same_to_the_byte() -> None:
    assert written(PAID) == written(PAID)


def test_a_status_report_is_read() -> None:
    document = theirs.status_report([(payment(), "RJCT", "AC04")], message_id="M1", at=AT)
    report = iso20022.read_report(Document(document))
    (one,) = report.statuses
    assert (one.reference, one.status, one.code) == ("R-0123456789", "RJCT", "AC04")
    assert (one.amount, one.settled_on) == (Money(100_05, "CNY"), date(2026, 11, 22))
    refused = iso20022.read_report(Document(theirs.rejected_message("M1", where="x", at=AT)))
    assert (refused.group_status, refused.group_code, refused.statuses) == ("RJCT", "FF01", ())


def test_money_that_comes_in_and_back_is_read() -> None:
    document = theirs.incoming(
        payment(remittance="货款"), to_account="990001", to_name="云帆", at=AT
    )
    schema().assertValid(etree.fromstring(document))
    message, (one,) = iso20022.read_incoming(Document(document))
    assert message
    assert (one.creditor.account_number, one.debtor.name) == ("990001", "林晓")
    assert (one.amount, one.uetr, one.remittance) == (Money(100_05, "CNY"), UETR, "货款")
    back = theirs.payment_return(payment(reference="RTR-1"), payment(), reason="AC04", at=AT)
    _, (returned,) = iso20022.read_returns(Document(back))
    assert (returned.reference, returned.original_reference) == ("RTR-1", "R-0123456789")
    assert (returned.code, returned.amount) == ("AC04", Money(100_05, "CNY"))


def test_a_statement_names_what_came_back() -> None:
    back = payment(reference="RTR-1", direction=Direction.COLLECT, original="R-0123456789")
    lines = [payment(), back]
    document = theirs.statement(lines, day=date(2026, 11, 22), opening=0, account="N", at=AT)
    *_, entries = iso20022.read_statement(Document(document))
    assert [(each.reference, each.original_reference) for each in entries] == [
        ("R-0123456789", None), ("RTR-1", "R-0123456789"),
    ]  # fmt: skip


BOMB = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.11">&b;</Document>"""
REPORT = theirs.status_report([(payment(), "ACSC", "")], message_id="M1", at=AT)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (BOMB, "DOCTYPE"),
        (b"", ""),
        (b"no xml", ""),
        (b"<a/>", "Document"),
        (b"<Document>" + b"<a>" * 400 + b"</a>" * 400 + b"</Document>", ""),
        (REPORT.replace(b"OrgnlTxId", b"OrgnlTxXd"), "OrgnlTxId"),
        (REPORT.replace(b'Ccy="CNY"', b'Ccy="USD"'), "OrgnlTxRef/IntrBkSttlmAmt"),
        (REPORT.replace(b"100.05", b"1e5"), "OrgnlTxRef/IntrBkSttlmAmt"),
        (REPORT.replace(b"100.05", b"100.055"), "OrgnlTxRef/IntrBkSttlmAmt"),
        (REPORT.replace(b"2026-11-22</", b"yesterday</"), "FctvIntrBkSttlmDt/Dt"),
        (REPORT.replace(b"MsgId>", b"MsgIx>", 2), "FIToFIPmtStsRpt/GrpHdr/MsgId"),
    ],
)
def test_what_is_no_message_is_refused_with_its_path(body: bytes, where: str) -> None:
    with pytest.raises(Unreadable) as caught:
        iso20022.read_report(Document(body))
    assert where in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        document = Document(body)
    except Unreadable:
        return
    with pytest.raises(Unreadable):
        iso20022.read_report(document)


@given(st.integers(0, len(REPORT) - 1), st.integers(0, 255))
def test_one_wrong_byte_never_does_more_than_refuse(place: int, byte: int) -> None:
    broken = REPORT[:place] + bytes([byte]) + REPORT[place + 1 :]
    try:
        report = iso20022.read_report(Document(broken))
    except Unreadable:
        return
    assert len(report.statuses) <= 1
