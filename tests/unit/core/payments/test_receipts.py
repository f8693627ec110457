"""Receipts: what they say, who gets them, that they are made once, and that copies show."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx2
import psycopg
import pytest
from pypdf import PdfReader

from tests.support.statements import CONFIGURATION
from tests.unit.core.conftest import AT, Caller, Staff
from tests.unit.core.payments.conftest import new_holder, pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role
from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.infra import pdf
from tongbao.infra.db import Database
from tongbao.kernel.codes import printed
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language

URL = "/api/v1/payments"
REMITTANCE = "=1+1 #set text(red) $x$ <b> *粗* 𠮷"
Problem = Callable[[httpx2.Response], tuple[int, str]]
Customer = Callable[[str], Awaitable[Caller]]


@pytest.fixture(autouse=True)
def _sealed() -> None:
    service.configure_receipts(
        service.ReceiptConfiguration(
            seal=CONFIGURATION.seal,
            roots=CONFIGURATION.roots,
            origin=CONFIGURATION.origin,
            bank=CONFIGURATION.bank,
        )
    )


class Paid:
    """A payment between two who can look at it."""

    def __init__(self, payer: Caller, payee: Caller, payment: service.Transfer) -> None:
        self.payer, self.payee, self.payment = payer, payee, payment
        self.url = f"{URL}/{payment.id}/receipts"


@pytest.fixture
async def paid(database: Database, customer: Customer) -> Paid:
    payer, payee = await customer("欧阳小明"), await customer("华东建材有限公司")
    async with database.write() as tx:
        await parties.set_level(
            tx,
            party_id=payer.party_id,
            level=parties.Level.FULL,
            reason="测试",
            changed_by=None,
            at=AT,
        )
        mine, theirs = [
            await accounts.open_account(tx, party_id=each.party_id, currency="CNY", at=AT)
            for each in (payer, payee)
        ]
        await pay_in(tx, mine, Money.parse("5000.00", "CNY"))
        payment = await service.transfer(
            tx,
            debtor_account_id=mine.id,
            creditor_account_number=theirs.number,
            creditor_name="华东建材有限公司",
            amount=Money.parse("1234.50", "CNY"),
            remittance=REMITTANCE,
            initiated_by=payer.actor,
            without_step_up=True,
            at=AT,
        )
    assert payment.refusal is None
    return Paid(payer, payee, payment)


def words(content: bytes) -> str:
    """The text of a PDF without the blanks that setting it brings."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return re.sub(r"\s+", "", "".join(pages).replace("\u200b", ""))


async def ordered(client: httpx2.AsyncClient, paid: Paid, who: Caller, language: str = "zh") -> Any:
    answer = await client.post(paid.url, json={"language": language}, headers=who.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def issued(database: Database, receipt: Any) -> tuple[service.Receipt, bytes]:
    at = AT + timedelta(seconds=9)
    await service.issue_receipt(database, receipt_id=receipt["id"], at=at)
    async with database.read() as tx:
        found = await service.receipt(tx, receipt["id"], visible_to=None)
        return found, (await service.receipt_file(tx, found))[1]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_receipt_says_what_was_paid(
    database: Database, client: httpx2.AsyncClient, paid: Paid, language: Language
) -> None:
    receipt, content = await issued(database, await ordered(client, paid, paid.payer, language))
    assert receipt.sha256 == hashlib.sha256(content).hexdigest()
    said, payment = words(content), paid.payment
    for expected in (
        "CNY1,234.50",
        "壹仟贰佰叁拾肆元伍角",
        "欧阳小明",
        "华东建材有限公司",
        payment.debtor_account_number,
        payment.creditor_account_number,
        re.sub(r"\s+", "", REMITTANCE),
        payment.end_to_end_id,
        printed(receipt.code),
        "电子回单" if language == "zh" else "Paymentreceipt",
    ):
        assert expected in said
    assert len(PdfReader(BytesIO(content)).pages) == 1
    verdict = await pdf.verify(content, trusted=CONFIGURATION.roots)
    assert verdict.finding == "genuine"


async def test_each_side_has_its_own_and_one_of_it(
    database: Database, client: httpx2.AsyncClient, paid: Paid, problem: Problem, staff: Staff
) -> None:
    first = await ordered(client, paid, paid.payer)
    assert await ordered(client, paid, paid.payer) == first
    theirs = await ordered(client, paid, paid.payee)
    assert theirs["id"] != first["id"]
    assert (await ordered(client, paid, staff(Role.STAFF_SERVICE)))["id"] == first["id"]
    where = f"{URL}/receipts/{first['id']}"
    early = await client.get(f"{where}/file", headers=paid.payer.headers)
    assert problem(early) == (409, "payments.receipt_being_made")
    receipt, content = await issued(database, first)
    assert (await issued(database, first)) == (receipt, content)  # not made twice
    fetched = await client.get(f"{where}/file", headers=paid.payer.headers)
    assert fetched.content == content
    assert fetched.headers["content-type"] == "application/pdf"
    read = await client.get(where, headers=paid.payer.headers)
    assert read.json()["sha256"] == receipt.sha256
    for path in ("", "/file"):
        strange = await client.get(where + path, headers=paid.payee.headers)
        assert problem(strange) == (404, "payments.unknown_receipt")


async def test_only_money_that_moved_is_receipted(
    database: Database, client: httpx2.AsyncClient, paid: Paid, customer: Customer, problem: Problem
) -> None:
    async with database.write() as tx:
        poor = await new_holder(tx, "穷人")
        rejected = await service.transfer(
            tx,
            debtor_account_id=poor.account.id,
            creditor_account_number=paid.payment.creditor_account_number,
            creditor_name="华东建材有限公司",
            amount=Money.parse("1.00", "CNY"),
            initiated_by=poor.actor,
            without_step_up=True,
            at=AT,
        )
        assert rejected.refusal is not None
        with pytest.raises(Exception, match="receipt_not_settled"):
            await service.order_receipt(
                tx,
                payment_id=rejected.id,
                language="zh",
                visible_to=poor.actor.party_ids,
                ordered_by=poor.actor.id,
                at=AT,
            )
    other = (await customer("别人")).headers
    strange = await client.post(paid.url, json={}, headers=other)
    assert problem(strange) == (404, "payments.unknown_payment")
    nobodys = await client.post(f"{URL}/{new_id()}/receipts", json={}, headers=other)
    assert problem(nobodys) == (404, "payments.unknown_payment")


async def test_anybody_with_the_paper_has_it_confirmed(
    database: Database, client: httpx2.AsyncClient, paid: Paid, problem: Problem
) -> None:
    receipt, content = await issued(database, await ordered(client, paid, paid.payer))
    confirm = f"{URL}/receipts/confirmations"
    answer = await client.post(
        confirm,
        json={
            "code": printed(receipt.code).lower(),
            "amount": "1234.50",
            "sha256": receipt.sha256,
        },
    )
    said = answer.json()
    assert (said["amount"], said["file"]) == ("same", "same")
    assert said["debtor"] == {
        "name": "欧**明",
        "account_number": f"**** {paid.payment.debtor_account_number[-4:]}",
    }
    assert "1234.50" not in answer.text
    altered = {"code": receipt.code, "amount": "9234.50", "sha256": "0" * 64}
    said = (await client.post(confirm, json=altered)).json()
    assert (said["amount"], said["file"]) == ("different", "different")
    unknown = await client.post(confirm, json={"code": "0" * 20})
    assert problem(unknown) == (404, "payments.unknown_receipt_code")
    headers = {"Content-Type": "application/pdf"}
    file = await client.post(f"{confirm}/file", content=content, headers=headers)
    assert (file.json()["finding"], file.json()["confirmed"]["file"]) == ("genuine", "same")
    forged = await client.post(f"{confirm}/file", content=content + b"\n% more\n", headers=headers)
    assert forged.json()["finding"] != "genuine"
    assert forged.json()["confirmed"] is None


async def test_a_code_before_the_file_confirms_nothing(
    client: httpx2.AsyncClient, paid: Paid, problem: Problem
) -> None:
    receipt = await ordered(client, paid, paid.payer)
    early = await client.post(f"{URL}/receipts/confirmations", json={"code": receipt["code"]})
    assert problem(early) == (404, "payments.unknown_receipt_code")


async def test_the_database_keeps_a_receipt_as_it_is(
    database: Database, client: httpx2.AsyncClient, paid: Paid, app_url: str
) -> None:
    receipt, _ = await issued(database, await ordered(client, paid, paid.payer))
    for statement in (
        "UPDATE payments_receipt SET sha256 = repeat('0', 64) WHERE id = %s",
        "UPDATE payments_receipt SET code = repeat('0', 20) WHERE id = %s",
        "DELETE FROM payments_receipt WHERE id = %s",
    ):
        with (
            psycopg.connect(app_url, options="-c role=tongbao_app") as connection,
            pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError)),
        ):
            connection.execute(statement, (receipt.id,))
