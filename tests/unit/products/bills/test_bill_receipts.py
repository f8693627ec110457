"""The sealed receipt of a bill's payment: what it says of the biller, for which it waits."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.support.bills import Household, new_household
from tests.support.statements import CONFIGURATION
from tongbao.core.payments import service as payments
from tongbao.core.payments.service.receipts import further
from tongbao.infra.db import Database
from tongbao.kernel.text import Language
from tongbao.products.bills import service

SOON = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def _sealed() -> Iterator[None]:
    payments.configure_receipts(
        payments.ReceiptConfiguration(
            seal=CONFIGURATION.seal,
            roots=CONFIGURATION.roots,
            origin=CONFIGURATION.origin,
            bank=CONFIGURATION.bank,
        )
    )
    payments.register_receipt_facts("bills", service.on_receipt)
    yield
    further._further.clear()


async def ordered(
    database: Database, house: Household, paid: service.BillPayment, language: Language
) -> payments.Receipt:
    async with database.write() as tx:
        return await payments.order_receipt(
            tx,
            payment_id=paid.payment_id,
            language=language,
            visible_to=[house.party_id],
            ordered_by=house.holder.actor.id,
            at=house.clock(),
        )


async def issued(database: Database, receipt: payments.Receipt, at: datetime) -> str | None:
    """Have it issued; return what is on it, None where it waits."""
    await payments.issue_receipt(database, receipt_id=receipt.id, at=at)
    async with database.read() as tx:
        found = await payments.receipt(tx, receipt.id, visible_to=None)
        if found.file_id is None:
            return None
        _, content = await payments.receipt_file(tx, found)
    pages = PdfReader(BytesIO(content)).pages
    assert len(pages) == 1
    return re.sub(r"[\s\u200b]+", "", "".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_receipt_has_the_billers_own_number_once_there_is_one(
    database: Database, language: Language
) -> None:
    house = await new_household(database)
    paid = await house.pay(database, house.gateway.owe("128.40"))
    receipt = await ordered(database, house, paid, language)
    assert await issued(database, receipt, house.clock()) is None  # it is about to be told
    await house.step(database, paid.id)
    number = (await house.state(database, paid.id)).receipt_number
    assert number is not None
    said = await issued(database, receipt, house.clock() + SOON)
    assert said is not None
    labels = {
        "zh": ("收费单位某供电公司", "户号", "账期2025-11", f"收费单位回单号{number}"),
        "en": ("Biller", "Accountnumber", "Period2025-11", f"Biller'sreceiptnumber{number}"),
    }[language]
    for expected in (*labels, "某供电公司SomePower", "*******018"):
        assert expected in said.replace("’", "'")


async def test_a_biller_that_is_silent_does_not_keep_the_receipt(database: Database) -> None:
    house = await new_household(database)
    house.gateway.plans.append("dropped")
    paid = await house.pay(database, house.gateway.owe("128.40"))
    await house.step(database, paid.id)
    receipt = await ordered(database, house, paid, "zh")
    assert await issued(database, receipt, house.clock() + timedelta(minutes=1)) is None
    said = await issued(database, receipt, house.clock() + timedelta(minutes=2))
    assert said is not None
    assert "收费单位尚未出具" in said


async def test_what_the_biller_refused_is_said_to_go_back(database: Database) -> None:
    house = await new_household(database)
    owed = house.gateway.owe("10.00")
    paid = await house.pay(database, owed)
    assert house.gateway.pay_elsewhere(owed.reference)
    await house.step(database, paid.id)
    receipt = await ordered(database, house, paid, "zh")
    said = await issued(database, receipt, house.clock())
    assert said is not None
    assert "未入账，款项退回" in said


async def test_other_receipts_say_nothing_of_bills(database: Database) -> None:
    house = await new_household(database)
    async with database.write() as tx:
        sent = await payments.transfer(
            tx,
            debtor_account_id=house.holder.account.id,
            creditor_account_number=house.biller_account.number,
            creditor_name="某供电公司",
            amount=(await house.pay(database, house.gateway.owe("10.00"))).amount,
            initiated_by=house.holder.actor,
            without_step_up=True,
            at=house.clock(),
        )
    async with database.read() as tx:
        assert await service.on_receipt(tx, sent.id) is None
        assert (await further.further_facts(tx, sent.id)) == payments.FurtherFacts()
