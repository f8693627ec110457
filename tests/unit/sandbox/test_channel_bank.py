"""The sandbox's clearing bank: ISO 20022 messages in and out, and what it refuses to read."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from tests.support.channels import Channels, channels, until
from tests.support.receiver import Receiver, receiving
from tongbao_sandbox import firms
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

UETR = "0197c0de-0000-4000-8000-00000000000"
ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>
<GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-11-22T09:00:00+08:00</CreDtTm>
<NbOfTxs>{count}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>{transfers}
</FIToFICstmrCdtTrf></Document>"""
TRANSFER = """<CdtTrfTxInf><PmtId><EndToEndId>E-{reference}</EndToEndId><TxId>{reference}</TxId>
<UETR>{uetr}</UETR></PmtId><IntrBkSttlmAmt Ccy="CNY">{amount}</IntrBkSttlmAmt>
<ChrgBr>SHAR</ChrgBr><Dbtr><Nm>云帆</Nm></Dbtr><DbtrAgt><FinInstnId><Nm>T</Nm></FinInstnId></DbtrAgt>
<CdtrAgt><FinInstnId><Nm>S</Nm></FinInstnId></CdtrAgt><Cdtr><Nm>{name}</Nm></Cdtr>
<CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>
<RmtInf><Ustrd>货款</Ustrd></RmtInf></CdtTrfTxInf>"""


def order(*references: str, amount: str = "100.00", name: str = "林", account: str = "A1") -> bytes:
    transfers = [
        TRANSFER.format(
            reference=each, amount=amount, name=name, account=account, uetr=f"{UETR}{place}"
        )
        for place, each in enumerate(references)
    ]
    return ORDER.format(
        message=f"M-{references[0]}", count=len(references), transfers="".join(transfers)
    ).encode()


def texts(document: bytes, *names: str) -> list[list[str]]:
    """The texts of some elements, by local name, in the order of the document."""
    root = etree.fromstring(document)
    return [
        [str(each.text) for each in root.iter(f"{{{root.nsmap[None]}}}{name}")] for name in names
    ]


def check_schema(document: bytes) -> None:
    """Check against the official schema, where a folder of them is named."""
    folder = os.environ.get("TONGBAO_TEST_XSD_DIR")
    if folder is not None:
        root = etree.fromstring(document)
        name = root.nsmap[None].rpartition(":")[2]
        etree.XMLSchema(etree.parse(Path(folder) / f"{name}.xsd")).assertValid(root)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def bank(url: str, receiver: Receiver) -> AsyncIterator[Channels]:
    async with channels(url, receiver.url) as made:
        await made.faults("bank")
        yield made


async def test_a_transfer_is_taken_in_then_settled(bank: Channels, receiver: Receiver) -> None:
    check_schema(order("settled-1"))
    taken = await bank.bank("POST", "/payments", order("settled-1"))
    check_schema(taken.content)
    assert texts(taken.content, "TxSts", "OrgnlTxId") == [["ACTC"], ["settled-1"]]
    await until(lambda: len(receiver.received) == 1)
    told = receiver.received[0]
    check_schema(told.body)
    assert bank.is_signed("bank", told.body, told.headers["x-signature"])
    assert texts(told.body, "TxSts", "OrgnlUETR", "IntrBkSttlmAmt") == [
        ["ACSC"], [f"{UETR}0"], ["100.00"],
    ]  # fmt: skip
    asked = await bank.bank("GET", "/payments/settled-1")
    assert texts(asked.content, "TxSts") == [["ACSC"]]
    again = await bank.bank("POST", "/payments", order("settled-1"))
    assert texts(again.content, "TxSts") == [["ACTC"]]
    other = await bank.bank("POST", "/payments", order("settled-1", amount="100.01"))
    assert texts(other.content, "TxSts", "Cd") == [["RJCT"], ["AM05"]]
    seen = (await bank.truth("bank"))["payments"]
    assert [each["amount_minor"] for each in seen if each["reference"] == "settled-1"] == [10_000]


async def test_another_name_than_the_holders_is_rejected(
    bank: Channels, receiver: Receiver
) -> None:
    await bank.client.put("/sandbox/channels/bank/customers/NAMED", json={"name": "林晓"})
    await bank.bank("POST", "/payments", order("named-01", account="NAMED", name="林大"))
    await until(lambda: len(receiver.received) == 1)
    assert texts(receiver.received[0].body, "TxSts", "Cd") == [["RJCT"], ["BE01"]]


async def test_a_message_may_hold_many_transfers(bank: Channels, receiver: Receiver) -> None:
    references = [f"many-{n}" for n in range(5)]
    taken = await bank.bank("POST", "/payments", order(*references))
    assert texts(taken.content, "OrgnlTxId") == [references]
    await until(lambda: len(receiver.received) == len(references))


async def test_a_stalled_transfer_is_pending_until_asked_for(bank: Channels) -> None:
    await bank.faults("bank", {"kind": "stall", "times": 1, "inquiries": 2})
    await bank.bank("POST", "/payments", order("stalled-1"))
    said = [
        texts((await bank.bank("GET", "/payments/stalled-1")).content, "TxSts") for _ in range(2)
    ]
    assert said == [[["PDNG"]], [["ACSC"]]]
    assert (await bank.bank("GET", "/payments/never-seen")).status_code == 404


async def test_settled_money_may_come_back(bank: Channels, receiver: Receiver) -> None:
    await bank.bank("POST", "/payments", order("returned-1"))
    await until(lambda: len(receiver.received) == 1)
    before = (await bank.truth("bank"))["owed_minor"]
    for _ in range(2):  # only once, however often it is asked for
        said = await bank.client.post(
            "/sandbox/channels/bank/payments/returned-1/return", json={"reason": "AC04"}
        )
        assert said.status_code == 204
    await until(lambda: len(receiver.received) == 2)
    told = receiver.received[1].body
    check_schema(told)
    assert texts(told, "OrgnlTxId", "RtrdIntrBkSttlmAmt", "Cd") == [
        ["returned-1"], ["100.00"], ["AC04"],
    ]  # fmt: skip
    assert (await bank.truth("bank"))["owed_minor"] - before == 10_000


async def test_money_comes_in_from_other_banks(bank: Channels, receiver: Receiver) -> None:
    said = await bank.client.post(
        "/sandbox/channels/bank/incoming",
        json={"account": "9900010000000000018", "name": "陈", "amount_minor": 250},
    )
    await until(lambda: len(receiver.received) == 1)
    told = receiver.received[0].body
    check_schema(told)
    assert texts(told, "TxId", "IntrBkSttlmAmt") == [[said.json()["transaction_id"]], ["2.50"]]
    assert UUID(texts(told, "UETR")[0][0]).version == 4


async def test_the_statement_of_a_day_adds_up(bank: Channels, receiver: Receiver) -> None:
    await bank.bank("POST", "/payments", order("stated-1", amount="7.5"))
    await until(lambda: len(receiver.received) == 1)
    (day,) = texts(receiver.received[0].body, "Dt")[0]
    document = (await bank.bank("GET", f"/statements/{day}")).content
    check_schema(document)
    amounts, signs, ids = texts(document, "Amt", "CdtDbtInd", "TxId")
    signed = [
        (1 if sign == "CRDT" else -1) * round(float(amount) * 100)
        for amount, sign in zip(amounts, signs, strict=True)
    ]
    assert signed[0] + sum(signed[2:]) == signed[1]
    assert "stated-1" in ids
    await bank.faults("bank", {"kind": "missing_line", "times": 1})
    other = (await bank.bank("GET", f"/statements/{day}")).content
    assert len(texts(other, "TxId")[0]) == len(ids) - 1


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>"""
OUTSIDE = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a/>",
        BOMB,
        OUTSIDE,
        b"\xff\xfe" + "<a/>".encode("utf-16-le"),
        order("x").replace(b"CdtTrfTxInf", b"Other"),
        order("x", amount="-1"),
        order("x", amount="1.234"),
        order("x", amount="1e3"),
        order("x", amount="NaN"),
        order("x").replace(b'"CNY"', b'"USD"'),
        order("x").replace(b"<TxId>x</TxId>", b""),
        order("x").replace("<Nm>林</Nm>".encode(), b"<Nm> </Nm>"),
    ],
)
async def test_what_is_no_order_is_rejected_whole(bank: Channels, body: bytes) -> None:
    said = await bank.bank("POST", "/payments", body)
    check_schema(said.content)
    assert said.status_code == 422
    assert texts(said.content, "GrpSts", "Cd") == [["RJCT"], ["FF01"]]
