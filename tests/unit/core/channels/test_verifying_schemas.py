"""The questions whose an account is, and their answers, against the official schemas."""

from dataclasses import replace
from functools import cache
from importlib.metadata import files
from pathlib import Path

import pytest
from lxml import etree

from tests.unit.core.channels.test_iso20022 import AT, PAID
from tongbao.core.channels.gateways import verifying
from tongbao.core.channels.service import Operation
from tongbao.kernel.money import Money
from tongbao_sandbox.channels import verifying as theirs

PACKAGE = "acmt001"  # carries the schemas; never imported
ASKED = replace(PAID, operation=Operation.VERIFY_ACCOUNT, amount=Money.zero("CNY"))


@cache
def schema(name: str) -> etree.XMLSchema:
    path = f"{PACKAGE}/templates/{name}/{name}.xsd"
    (found,) = [file for file in files(PACKAGE) or () if str(file) == path]
    return etree.XMLSchema(etree.parse(Path(str(found.locate()))))


def wrong(message: bytes) -> list[str]:
    """Return what of a message its schema does not allow."""
    root = etree.fromstring(message)
    checked = schema(etree.QName(root).namespace.rpartition(":")[2])
    checked.validate(root)
    return [error.message for error in checked.error_log]


def question(bank_code: str | None = "102100099996", name: str = "北方钢铁") -> bytes:
    assert PAID.counterparty is not None
    party = replace(PAID.counterparty, bank_code=bank_code, name=name)
    return verifying.write_question(replace(ASKED, counterparty=party), at=AT, agent="tongbao")


@pytest.mark.parametrize(
    "message", [question(), question(None), question(name="<北方> & 钢铁\x00" * 20)]
)
def test_a_question_is_what_the_schema_says(message: bytes) -> None:
    assert wrong(message) == []


@pytest.mark.parametrize("holder", ["北方钢铁", "别人", None])
def test_an_answer_is_what_the_schema_says(holder: str | None) -> None:
    asked = theirs.read_question(question())
    assert wrong(theirs.verdict(asked, holder=holder, at=AT)) == []


def test_what_is_none_is_found() -> None:
    assert wrong(question().replace(b"<Acct><Id>", b"<Acct>").replace(b"</Id></Acct>", b"</Acct>"))
    assert wrong(question().replace(b"<Id>", b"<Id>" + b"x" * 36, 1))
