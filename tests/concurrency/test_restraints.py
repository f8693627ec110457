"""A restraint and a payment at the same moment: one is first, and what it decided holds."""

import asyncio
from datetime import date

from tests.support.restrained import AT, cny, deduction, move, new_account, restrain
from tests.support.waiting import backend, until_somebody_waits_for
from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import Stop
from tongbao.infra.db import Database, WriteSession


async def two(database: Database, money: str) -> tuple[accounts.DepositAccount, ...]:
    async with database.write() as tx:
        return await new_account(tx, money), await new_account(tx)


async def end_of(database: Database, day: date) -> None:
    cursor: str | None = None
    more = True
    while more:
        async with database.write() as tx:
            done = await accounts.fall_asleep(tx, day=day, cursor=cursor, at=AT)
        cursor, more = done.cursor, done.cursor is not None


async def test_a_payment_that_comes_second_is_refused(database: Database) -> None:
    account, _ = await two(database, "100.00")

    async def pay() -> str:
        async with database.write() as tx:
            return (await move(tx, account, "50.01", out=True)).status

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        await restrain(tx, account, amount="50.00")
        payment = asyncio.create_task(pay())
        await until_somebody_waits_for(database, await backend(tx))
        await tx.commit()
    assert await payment == "refused"


async def test_a_payment_that_comes_first_is_done_and_the_rest_is_frozen(
    database: Database,
) -> None:
    account, _ = await two(database, "100.00")

    async def freeze() -> None:
        async with database.write() as tx:
            await restrain(tx, account, amount="50.00")

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        assert (await move(tx, account, "80.00", out=True)).status == "posted"
        order = asyncio.create_task(freeze())
        await until_somebody_waits_for(database, await backend(tx))
        await tx.commit()
    await order
    async with database.read() as seen:
        balance = await accounts.balance(seen, account.id, at=AT)
        assert (balance.booked, balance.restrained) == (cny("20.00"), cny("20.00"))
        assert balance.available == cny("0.00")


async def test_nobody_sees_an_account_without_its_restraints_while_it_is_deducted_from(
    database: Database,
) -> None:
    account, court = await two(database, "100.00")
    async with database.write() as tx:
        order = await restrain(tx, account, Stop.DEBIT)

    async def pay() -> str:
        async with database.write() as tx:
            return (await move(tx, account, "1.00", out=True)).status

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        await accounts.deduct(tx, deduction(account, order.id, "60.00", court.number), at=AT)
        payment = asyncio.create_task(pay())
        await until_somebody_waits_for(database, await backend(tx))
        await tx.commit()
    assert await payment == "refused"


async def test_two_orders_at_once_rank_one_behind_the_other(database: Database) -> None:
    account, _ = await two(database, "100.00")

    async def freeze(amount: str) -> None:
        async with database.write() as tx:
            await restrain(tx, account, amount=amount)

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        await restrain(tx, account, amount="80.00")
        second = asyncio.create_task(freeze("70.00"))
        await until_somebody_waits_for(database, await backend(tx))
        await tx.commit()
    await second
    async with database.read() as seen:
        found = await accounts.restraints(seen, account.id, at=AT)
        assert [each.holds for each in found] == [cny("80.00"), cny("20.00")]
        assert (await accounts.balance(seen, account.id)).available == cny("0.00")


async def test_who_pays_while_the_day_ends_stays_awake(database: Database) -> None:
    account, _ = await two(database, "10.00")
    day = AT.date().replace(year=2027, month=9, day=22)
    await end_of(database, day)  # tells the holder

    paid_at = AT.replace(year=2026, month=3)
    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        await move(tx, account, "1.00", out=True, at=paid_at)
        step = asyncio.create_task(end_of(database, day.replace(month=11, day=21)))
        await until_somebody_waits_for(database, await backend(tx))
        await tx.commit()
    await step
    async with database.read() as seen:
        assert (await accounts.get(seen, account.id)).dormant_since is None
