"""pain.001 as others write it: read one by one, reported exactly, and never trusted."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from lxml import etree

from tests.support.pain001 import NAMESPACE, Payment, message
from tongbao.lib.iso20022 import pain001
from tongbao.lib.iso20022.pain001 import Fault, Header, Information, Transaction, UnreadableError
from tongbao.lib.iso20022.schemas import schema_file

ONE = Payment("9900010000000000026", "王小明", "8500.00", "P-1")
SAMPLES = schema_file("pain001", "")


def parts(content: bytes) -> list[pain001.Part]:
    return list(pain001.read(BytesIO(content)))


def test_a_message_says_who_pays_whom() -> None:
    assert parts(message("12345678", [ONE, ONE])) == [
        Header("MSG-1", "2", "17000.0"),
        Information("PMT-1", "2", None, "2025-11-21", "12345678"),
        *(
            Transaction(
                place=place,
                information_id="PMT-1",
                end_to_end_id="P-1",
                account="9900010000000000026",
                name="王小明",
                amount="8500.00",
                currency="CNY",
                remittance="工资",
            )
            for place in (1, 2)
        ),
    ]


def test_a_wrong_transaction_is_told_by_its_place() -> None:
    wrong = [
        ONE,
        Payment("1", "a", "-5"),
        Payment("1", "a", "1", end_to_end_id="x" * 36),
        Payment("1", "a", "1", more="<Evil/>"),
        ONE,
    ]
    found = parts(message("1", wrong, total="1"))
    faults = {each.place: each.fault for each in found if isinstance(each, Transaction)}
    assert [place for place, fault in faults.items() if fault] == [2, 3, 4]
    assert "InstdAmt" in str(faults[2])
    assert "EndToEndId" in str(faults[3])
    assert "Evil" in str(faults[4])
    assert not [each for each in found if isinstance(each, Fault)]


@pytest.mark.parametrize(
    "spoil",
    [
        (b"<PmtMtd>TRF</PmtMtd>", b"<PmtMtd>XXX</PmtMtd>"),
        (b"<CreDtTm>2025-11-20T09:00:00</CreDtTm>", b""),
        (b"</PmtInf>", b"<SplmtryData/></PmtInf>"),
        (b"<PmtInfId>PMT-1</PmtInfId>", b""),
    ],
)
def test_what_is_wrong_around_the_transactions_is_told_with_its_path(
    spoil: tuple[bytes, bytes],
) -> None:
    found = parts(message("1", [ONE]).replace(*spoil))
    faults = [each for each in found if isinstance(each, Fault)]
    assert faults
    assert all(each.path.startswith("/Document/CstmrCdtTrfInitn/") for each in faults)
    assert all(each.text for each in faults)


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not_xml"),
        (b"\x00" * 1_000_000, "not_xml"),
        (b"account,name,amount\n", "not_xml"),
        (message("1", [ONE])[:-20], "not_xml"),
        (message("1", [ONE], before=f'<!DOCTYPE x [<!ENTITY e0 "lol">{BOMB}]>'), "doctype"),
        (
            message("1", [ONE], before='<!DOCTYPE x SYSTEM "http://127.0.0.1:1/evil.dtd">'),
            "doctype",
        ),
        (message("1", [ONE]).replace(b".001.09", b".001.03"), "not_this_message"),
        (b"<Document/>", "not_this_message"),
        (message("1", [ONE]).replace(b"<Cdtr>", b"<Cdtr>" + b"<a/>" * 5_000), "too_complex"),
        (message("1", [ONE]).replace(b"<Cdtr>", b"<a>" * 500), "not_xml"),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        parts(content)
    assert refused.value.why == why


def test_of_a_long_message_only_one_transaction_is_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_memory: list[int] = []
    end = pain001._Reading.end

    def ended(reading: pain001._Reading, element: Any) -> Iterator[pain001.Part]:
        in_memory.append(sum(1 for _ in reading.root.iter()))
        yield from end(reading, element)

    monkeypatch.setattr(pain001._Reading, "end", ended)
    found = parts(message("1", [ONE] * 1_000))
    assert sum(isinstance(each, Transaction) for each in found) == 1_000
    assert max(in_memory) < 3_000  # those of one chunk of the file; there are 13,000


def test_samples_of_others_are_read_or_refused_with_reasons() -> None:
    """What the schema says of a sample as a whole is what comes of reading it piece by piece."""
    schema = etree.XMLSchema(etree.parse(SAMPLES / f"templates/{pain001.NAME}/{pain001.NAME}.xsd"))
    seen = 0
    for path in sorted(SAMPLES.rglob("*.xml")):
        content = path.read_bytes()
        if NAMESPACE.encode() not in content[:2_000]:
            continue
        try:
            tree = etree.fromstring(content)
        except etree.XMLSyntaxError:
            continue  # a template with places to fill in
        seen += 1
        found = parts(content)
        faults = [
            each
            for each in found
            if isinstance(each, Fault) or (isinstance(each, Transaction) and each.fault)
        ]
        assert bool(faults) != schema.validate(tree), path.name
    assert seen >= 1
