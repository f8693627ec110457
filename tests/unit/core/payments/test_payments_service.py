"""Book transfers on a real ledger."""

import asyncio
from dataclasses import fields
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.payments import domain, service
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import BadCursor


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


async def pay(
    tx: WriteSession,
    debtor: Holder,
    creditor: Holder,
    amount: str | Money = "10.00",
    **facts: object,
) -> service.Transfer:
    order = {
        "debtor_account_id": debtor.account.id,
        "creditor_account_number": creditor.account.number,
        "creditor_name": creditor.name,
        "amount": cny(amount) if isinstance(amount, str) else amount,
        "initiated_by": debtor.actor,
        "at": AT,
        "without_step_up": True,
        **facts,
    }
    return await service.transfer(tx, **order)  # type: ignore[arg-type]


def fields_of(order: service.PaymentOrder) -> list[object]:
    return [getattr(order, field.name) for field in fields(service.PaymentOrder)]


async def booked(tx: WriteSession, holder: Holder) -> str:
    return (await accounts.balance(tx, holder.account.id)).booked.text


async def events(tx: WriteSession, payment_id: UUID) -> list[str]:
    rows = await tx.execute(
        text("SELECT type FROM infra_outbox WHERE subject = :id AND type LIKE 'payments.%'"),
        {"id": str(payment_id)},
    )
    return [row.type for row in rows]


async def test_money_goes_from_one_to_the_other(tx: WriteSession) -> None:
    firm = await new_holder(tx, "华东建材", money="100.00")
    supplier = await new_holder(tx, "北方钢铁")
    order = await pay(tx, firm, supplier, "40.00", remittance="货款", end_to_end_id="INV-1")
    assert order.status is service.Status.SETTLED
    assert order.reason is None
    assert order.refusal is None
    assert (await booked(tx, firm), await booked(tx, supplier)) == ("60.00", "40.00")
    assert fields_of(await service.get(tx, order.id)) == fields_of(order)
    assert await events(tx, order.id) == ["payments.payment_settled"]
    (entry,) = (await accounts.entries(tx, supplier.account)).items
    assert entry.transaction_id == order.transaction_id
    assert entry.reference == "货款"
    assert entry.counterparty is not None
    assert entry.counterparty.name == "华东建材"


async def test_without_an_id_of_the_client_the_orders_own_serves(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    order = await pay(tx, firm, supplier)
    assert order.end_to_end_id == order.id.hex


async def rejected(tx: WriteSession, order: service.Transfer, code: str, iso: str) -> None:
    assert order.status is service.Status.REJECTED
    assert order.transaction_id is None
    assert order.refusal is not None
    assert order.reason is not None
    assert (order.reason.code, order.reason.iso_code) == (code, iso)
    stored = await service.get(tx, order.id)
    assert stored.reason == order.reason
    assert stored.status is service.Status.REJECTED
    assert await events(tx, order.id) == ["payments.payment_rejected"]


async def test_too_little_money(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="9.99"), await new_holder(tx, "乙")
    order = await pay(tx, firm, supplier, "10.00")
    await rejected(tx, order, "ledger.insufficient_funds", "AM04")
    assert (await booked(tx, firm), await booked(tx, supplier)) == ("9.99", "0.00")


async def test_another_name(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    order = await pay(tx, firm, supplier, creditor_name="丙")
    await rejected(tx, order, "payments.creditor_name_mismatch", "BE01")
    assert order.reason is not None
    assert "乙" not in order.reason.text.zh + order.reason.text.en
    assert await booked(tx, firm) == "100.00"


@pytest.mark.parametrize("number", ["9900010000000000000", "1234567890123456789", "nonsense"])
async def test_no_such_creditor_account(tx: WriteSession, number: str) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    order = await pay(tx, firm, supplier, creditor_account_number=number)
    await rejected(tx, order, "payments.creditor_account_unknown", "AC03")


async def test_to_oneself(tx: WriteSession) -> None:
    firm = await new_holder(tx, "甲", money="100.00")
    await rejected(tx, await pay(tx, firm, firm), "payments.same_account", "AC03")


async def test_another_currency(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    abroad = await new_holder(tx, "丙", currency="USD")
    order = await service.transfer(
        tx,
        debtor_account_id=firm.account.id,
        creditor_account_number=supplier.account.number,
        creditor_name=supplier.name,
        amount=Money.parse("1.00", "USD"),
        initiated_by=firm.actor,
        at=AT,
    )
    await rejected(tx, order, "payments.currency_not_allowed", "AM03")
    await rejected(tx, await pay(tx, firm, abroad), "payments.currency_not_allowed", "AM03")


async def test_above_the_limit(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲"), await new_holder(tx, "乙")
    order = await pay(tx, firm, supplier, "50000000.01")
    await rejected(tx, order, "limits.exceeded", "AM02")


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("status", ["frozen", "closed"])
async def test_a_frozen_or_closed_account(tx: WriteSession, side: int, status: str) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    stopped = (firm, supplier)[side].account
    if status == "frozen":
        await accounts.stop_at_once(
            tx, account_id=stopped.id, reason="可疑", stopped_by=new_id(), at=AT
        )
    else:
        await closed(tx, stopped)
    order = await pay(tx, firm, supplier)
    await rejected(tx, order, "payments.account_not_open", "AC06")


async def closed(tx: WriteSession, account: accounts.DepositAccount) -> None:
    """Close an account; what is on it goes to another of its holder."""
    other = await accounts.open_account(tx, party_id=account.party_id, currency="CNY", at=AT)
    wish = accounts.Closing(
        account_id=account.id, reason="不用了", pay_to=other.number, closed_by=new_id()
    )
    await accounts.close(tx, wish, at=AT)


async def test_anothers_account_cannot_be_debited(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    with pytest.raises(accounts.UnknownAccount):
        await pay(tx, firm, supplier, initiated_by=supplier.actor)
    with pytest.raises(accounts.UnknownAccount):
        await pay(tx, firm, supplier, debtor_account_id=new_id())
    assert await booked(tx, firm) == "100.00"


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"amount": Money.zero("CNY")}, domain.AmountNotPositive),
        ({"amount": Money(-1, "CNY")}, domain.AmountNotPositive),
        ({"end_to_end_id": "发票"}, domain.EndToEndIdMalformed),
        ({"end_to_end_id": ""}, domain.EndToEndIdMalformed),
        ({"remittance": "x" * 141}, domain.RemittanceMalformed),
        ({"creditor_name": " "}, domain.CreditorNameMalformed),
    ],
)
async def test_an_invalid_order_is_not_stored(
    tx: WriteSession, facts: dict[str, object], error: type[Exception]
) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    with pytest.raises(error):
        await service.transfer(
            tx,
            **{  # type: ignore[arg-type]
                "debtor_account_id": firm.account.id,
                "creditor_account_number": supplier.account.number,
                "creditor_name": supplier.name,
                "amount": cny("1.00"),
                "initiated_by": firm.actor,
                "at": AT,
                **facts,
            },
        )
    assert (await service.for_account(tx, account_id=firm.account.id)).items == []


async def test_an_end_to_end_id_settles_once(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    other = await new_holder(tx, "丙", money="100.00")
    await pay(tx, firm, supplier, end_to_end_id="INV-1")
    with pytest.raises(service.EndToEndIdUsed):
        await pay(tx, firm, supplier, end_to_end_id="INV-1")
    assert (await pay(tx, other, supplier, end_to_end_id="INV-1")).status == "settled"
    assert (await booked(tx, firm), await booked(tx, supplier)) == ("90.00", "20.00")


async def test_a_rejected_order_frees_its_end_to_end_id(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    first = await pay(tx, firm, supplier, "100.01", end_to_end_id="INV-1")
    again = await pay(tx, firm, supplier, "100.01", end_to_end_id="INV-1")
    right = await pay(tx, firm, supplier, "100.00", end_to_end_id="INV-1")
    assert [order.status for order in (first, again, right)] == ["rejected", "rejected", "settled"]


async def test_one_end_to_end_id_at_the_same_time(database: Database) -> None:
    async with database.write() as tx:
        firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")

    async def once() -> str:
        try:
            async with database.write() as tx:
                return (await pay(tx, firm, supplier, end_to_end_id="INV-1")).status
        except service.EndToEndIdUsed:
            return "used"

    assert sorted(await asyncio.gather(*(once() for _ in range(6)))) == ["settled"] + ["used"] * 5
    async with database.write() as tx:
        assert (await booked(tx, firm), await booked(tx, supplier)) == ("90.00", "10.00")


async def test_many_at_once_never_overdraw(database: Database) -> None:
    async with database.write() as tx:
        firm, supplier = await new_holder(tx, "甲", money="35.00"), await new_holder(tx, "乙")

    async def once() -> str:
        async with database.write() as tx:
            return (await pay(tx, firm, supplier)).status

    outcomes = await asyncio.gather(*(once() for _ in range(8)))
    assert (outcomes.count("settled"), outcomes.count("rejected")) == (3, 5)
    async with database.write() as tx:
        assert (await booked(tx, firm), await booked(tx, supplier)) == ("5.00", "30.00")


async def test_both_see_a_settled_payment_and_the_payer_alone_a_rejected_one(
    tx: WriteSession,
) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    stranger = await new_holder(tx, "丙")
    settled = await pay(tx, firm, supplier)
    refused = await pay(tx, firm, supplier, "1000.00")
    seen = [order.id for order in (await service.for_account(tx, account_id=firm.account.id)).items]
    assert seen == [refused.id, settled.id]
    theirs = (await service.for_account(tx, account_id=supplier.account.id)).items
    assert [order.id for order in theirs] == [settled.id]
    of_one = await service.for_account(
        tx, account_id=firm.account.id, transaction_id=settled.transaction_id
    )
    assert [order.id for order in of_one.items] == [settled.id]
    shown = await service.get(tx, settled.id, visible_to=supplier.actor.party_ids)
    assert fields_of(shown) == fields_of(settled)
    for order, reader in ((refused, supplier), (settled, stranger), (refused, stranger)):
        with pytest.raises(service.UnknownPayment):
            await service.get(tx, order.id, visible_to=reader.actor.party_ids)
    with pytest.raises(service.UnknownPayment):
        await service.get(tx, new_id())


async def test_pages_of_both_directions_in_order(tx: WriteSession) -> None:
    one, two = (
        await new_holder(tx, "甲", money="100.00"),
        await new_holder(tx, "乙", money="100.00"),
    )
    orders = []
    for turn in range(7):
        debtor, creditor = (one, two) if turn % 2 else (two, one)
        orders.append((await pay(tx, debtor, creditor)).id)
    seen: list[UUID] = []
    after = None
    for _ in range(4):
        page = await service.for_account(tx, account_id=one.account.id, after=after, limit=2)
        seen += [order.id for order in page.items]
        after = page.next
    assert seen == orders[::-1]
    assert after is None
    with pytest.raises(BadCursor):
        await service.for_account(tx, account_id=one.account.id, after="nonsense")


async def test_one_direction_and_some_statuses_page_by_page(tx: WriteSession) -> None:
    one, two = (
        await new_holder(tx, "甲", money="100.00"),
        await new_holder(tx, "乙", money="100.00"),
    )
    paid = [(await pay(tx, one, two)).id for _ in range(2)]
    received = (await pay(tx, two, one)).id
    refused = (await pay(tx, one, two, "1000.00")).id

    async def listed(**wanted: Any) -> list[UUID]:
        found, after = list[UUID](), None
        while True:
            page = await service.for_account(
                tx, account_id=one.account.id, after=after, limit=1, **wanted
            )
            found += [order.id for order in page.items]
            if (after := page.next) is None:
                return found

    assert await listed(direction="in") == [received]
    assert await listed(direction="out") == [refused, *paid[::-1]]
    assert await listed(statuses=[service.Status.REJECTED]) == [refused]
    assert await listed(direction="out", statuses=[service.Status.SETTLED]) == paid[::-1]
    assert await listed(direction="in", statuses=[service.Status.REJECTED]) == []


async def test_the_same_connection_pays_many_times(tx: WriteSession) -> None:
    """After some executions the statements are prepared, and parameters no longer constants."""
    firm = await new_holder(tx, "华东建材", money="100.00")
    supplier = await new_holder(tx, "北方钢铁")
    for number in range(15):
        order = await pay(tx, firm, supplier, "1.00", end_to_end_id=f"INV-{number}")
        assert order.status is service.Status.SETTLED
    assert await booked(tx, supplier) == "15.00"
