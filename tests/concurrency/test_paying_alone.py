"""Payments of one maker at the same moment: together never above the sum of the day."""

import asyncio

import pytest

from tests.support.makers import AT, Firm, cny, new_firm
from tests.support.waiting import backend, until_somebody_waits_for
from tongbao.core.payments import service
from tongbao.infra.db import Database, WriteSession


async def pay_in_order(
    database: Database, firm: Firm, *, commit_first: bool
) -> tuple[service.Transfer | None, service.Transfer | None]:
    """Pay 60.00 twice; the second begins after the first has decided, before it has ended."""

    async def second() -> service.Transfer | None:
        async with database.write() as tx:
            return await firm.pay(tx, "60.00")

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        first = await firm.pay(tx, "60.00")
        other = asyncio.create_task(second())
        await until_somebody_waits_for(database, await backend(tx))
        assert not other.done(), "it must wait for what the first has decided"
        if commit_first:
            await tx.commit()
        else:
            await tx.rollback()
    return first, await other


@pytest.mark.parametrize("earlier", ["0.00", "10.00"])  # without a row for the day, and with one
async def test_the_second_waits_and_then_counts_the_first(database: Database, earlier: str) -> None:
    before = cny(earlier)
    async with database.write() as tx:
        firm = await new_firm(tx, band="100.00", per_day=(before + cny("119.99")).text)
        assert before == cny("0.00") or await firm.pay(tx, before) is not None
    first, second = await pay_in_order(database, firm, commit_first=True)
    assert first is not None
    assert first.status is service.Status.SETTLED
    assert second is None, "a second person is needed: 120.00 would be a cent too much"
    async with database.write() as tx:
        assert (await firm.alone(tx)).paid == before + cny("60.00")


async def test_a_payment_taken_back_gives_its_part_back(database: Database) -> None:
    async with database.write() as tx:
        firm = await new_firm(tx, band="60.00", per_day="60.00")
    _, second = await pay_in_order(database, firm, commit_first=False)
    assert second is not None
    assert second.status is service.Status.SETTLED
    async with database.write() as tx:
        assert (await firm.alone(tx)).left == cny("0.00")


async def test_many_at_once_use_the_sum_up_to_the_last_minor_unit(database: Database) -> None:
    async with database.write() as tx:
        firm = await new_firm(tx, band="10.00", per_day="70.03")

    async def once(amount: str) -> bool:
        async with database.write() as tx:
            return await firm.pay(tx, amount) is not None

    alone = await asyncio.gather(*(once("10.00") for _ in range(12)))
    assert sum(alone) == 7
    assert sum(await asyncio.gather(*(once("0.01") for _ in range(6)))) == 3
    async with database.write() as tx:
        able = await firm.alone(tx, at=AT)
        assert (able.paid, able.left) == (cny("70.03"), cny("0.00"))
