"""The bank's other messages against classes made from the official schemas: no package carries
these schemas themselves. Names, order, what must be there, lengths and patterns are checked."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from importlib import import_module
from typing import Any

import pytest
from lxml import etree
from xsdata.exceptions import ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.serializers import XmlSerializer

from tests.unit.core.channels.test_iso20022 import AT, PAID, payment
from tongbao.core.channels.gateways import recalling
from tongbao.core.channels.service import Operation
from tongbao_sandbox.channels import iso20022 as theirs
from tongbao_sandbox.channels import recalls

RECALL = replace(
    PAID,
    reference="a" * 32,
    operation=Operation.RECALL,
    counterparty=None,
    original_reference=PAID.reference,
    original_at=AT,
    reason="DUPL",
)


def recall(**changed: Any) -> bytes:
    made = replace(RECALL, **changed)
    return recalling.write_recall(made, original_message_id="M1", agent="tongbao", bank="bank")


def answered(status: str, code: str) -> bytes:
    asked = recalls.read_recall(recall())
    asked.status, asked.code = status, code
    back = payment(reference="RTR-1") if status == "CNCL" else None
    return recalls.resolution(asked, original=payment(), returned=back, at=AT)


def wrong(message: bytes) -> list[str]:
    """Return what of a message its schema does not allow."""
    root = etree.fromstring(message)
    name = etree.QName(root).namespace.rpartition(":")[2]
    models = import_module(f"pyiso20022.{name[:4]}.{name.replace('.', '_')}")
    try:
        read = XmlParser().from_bytes(message, models.Document)
    except (ParserError, TypeError) as error:  # unreadable, or without what must be there
        return [str(error)]
    found = list(_faults(read, name))
    again = etree.fromstring(XmlSerializer().render(read).encode())
    if [each.tag for each in root.iter()] != [each.tag for each in again.iter()]:
        found.append("order")
    return found


def _faults(of: Any, path: str) -> Iterator[str]:
    for field in fields(of):
        facts, value = field.metadata, getattr(of, field.name)
        here = f"{path}/{facts.get('name', field.name)}"
        values = value if isinstance(value, list) else [] if value is None else [value]
        if (facts.get("required") and not values) or len(values) < facts.get("min_occurs", 0):
            yield f"{here} is missing"
        for each in values:
            if is_dataclass(each):
                yield from _faults(each, here)
            elif isinstance(each, str) and not isinstance(each, Enum):
                most, pattern = facts.get("max_length"), facts.get("pattern")
                fits = most is None or facts.get("min_length", 0) <= len(each) <= most
                if not fits or (pattern and not re.fullmatch(pattern, each)):
                    yield f"{here} = {each!r}"


@pytest.mark.parametrize(
    "message",
    [
        recall(),
        recall(uetr=None, remittance="", end_to_end_id=""),
        recall(remittance="<重复>" * 20),
        answered("CNCL", ""),
        answered("RJCR", "CUST"),
        theirs.status_report([(payment(), "RJCT", "AC04")], message_id="M1", at=AT),
        theirs.rejected_message("M1", where="x" * 200, at=AT),
        theirs.payment_return(payment(reference="RTR-1"), payment(), reason="AC04", at=AT),
    ],
    ids=["056", "056-least", "056-words", "029", "029-no", "002", "002-group", "004"],
)
def test_what_is_written_is_what_the_schema_says(message: bytes) -> None:
    assert wrong(message) == []


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (b"<CxlId>", b"<CxlIds>"),  # no such element
        (b"<CreDtTm>2026-11-22T12:00:00.000+08:00</CreDtTm>", b""),  # missing
        (b"DUPL", b"TOOLONG"),
        (b"<OrgnlMsgId>M1</OrgnlMsgId>", b"<OrgnlMsgId></OrgnlMsgId>"),
        (str(PAID.uetr).encode(), b"no-uuid"),
    ],
)
def test_what_is_none_is_found(said: bytes, instead: bytes) -> None:
    message = recall()
    assert said in message
    broken = message.replace(said, instead)
    if instead.startswith(b"<CxlIds"):
        broken = broken.replace(b"</CxlId>", b"</CxlIds>")
    assert wrong(broken)
