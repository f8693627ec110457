"""Payments of one party at the same moment: together never above a limit, by no minor unit."""

import asyncio

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from tests.support.waiting import backend, until_somebody_waits_for
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tests.unit.core.payments.test_payments_service import pay
from tongbao.core.accounts import service as accounts
from tongbao.core.parties.service import Level
from tongbao.core.payments import service
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.money import Money


async def two(database: Database) -> tuple[Holder, Holder]:
    """Somebody who may pay 2,000 a day, and a shop; no payment has met a limit yet."""
    async with database.write() as tx:
        payer = await new_holder(tx, "甲", money="9000.00", level=Level.BASIC)
        return payer, await new_holder(tx, "乙")


async def left(database: Database, payer: Holder) -> list[str]:
    async with database.read() as tx:
        rooms = await service.own_limits(tx, party_id=payer.account.party_id, at=AT)
    found = [room for room in rooms if room.rule.tally == "outgoing"]
    return [Money(room.left, "CNY").text for room in found]


async def test_many_at_once_pay_exactly_the_limit(database: Database) -> None:
    payer, shop = await two(database)

    async def once(amount: str) -> service.Transfer:
        async with database.write() as tx:
            return await pay(tx, payer, shop, amount)

    orders = await asyncio.gather(*map(once, ["333.33"] * 9 + ["0.01"] * 3))
    async with database.read() as tx:
        received = (await accounts.balance(tx, shop.account.id)).booked
    settled = [order.amount for order in orders if order.refusal is None]
    assert received == sum(settled, start=Money.zero("CNY"))
    most = Money.parse("2000.00", "CNY")
    assert received <= most
    refused = [order.amount for order in orders if order.refusal is not None]
    assert refused
    assert all(received + amount > most for amount in refused), "refused for want of room alone"
    assert await left(database, payer) == [
        "2000.00",
        (Money.parse("2000.00", "CNY") - received).text,
        (Money.parse("50000.00", "CNY") - received).text,
    ]


@pytest.mark.parametrize("commit", [True, False])
async def test_the_second_waits_for_what_the_first_decided(
    database: Database, *, commit: bool
) -> None:
    payer, shop = await two(database)

    async def second() -> service.Transfer:
        async with database.write() as tx:
            return await pay(tx, payer, shop, "1500.00")

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        first = await pay(tx, payer, shop, "1500.00")
        assert first.refusal is None
        other = asyncio.create_task(second())
        await until_somebody_waits_for(database, await backend(tx))
        await (tx.commit() if commit else tx.rollback())
    assert ((await other).refusal is None) is not commit
    assert await left(database, payer) == ["2000.00", "500.00", "48500.00"]


async def test_killed_between_reserving_and_committing_leaves_nothing(
    database: Database, owner_url: str
) -> None:
    payer, shop = await two(database)
    tx = WriteSession(database.engine, expire_on_commit=False)
    await tx.begin()
    assert (await pay(tx, payer, shop, "1500.00")).refusal is None
    pid = await backend(tx)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 30000)", (pid,))
    with pytest.raises(DBAPIError):
        await tx.commit()
    await tx.invalidate()
    assert await left(database, payer) == ["2000.00", "2000.00", "50000.00"]
    async with database.write() as tx:
        assert (await pay(tx, payer, shop, "2000.00")).refusal is None


async def test_whoever_lacks_the_money_gets_the_limit_back(database: Database) -> None:
    async with database.write() as tx:
        payer = await new_holder(tx, "甲", money="10.00", level=Level.BASIC)
        shop = await new_holder(tx, "乙")

    async def once() -> str:
        async with database.write() as tx:
            order = await pay(tx, payer, shop, "1999.00")
        assert order.refusal is not None
        return order.refusal.code

    assert set(await asyncio.gather(*(once() for _ in range(4)))) == {"ledger.insufficient_funds"}
    assert await left(database, payer) == ["2000.00", "2000.00", "50000.00"]
