"""A deposit's holder and the end of day at the same moment; steps killed between their pieces."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.support.consents import CONFIGURATION
from tests.support.deposits import (
    STEPS,
    Saver,
    cny,
    end_day,
    new_saver,
    post_rates,
    unclaimed,
)
from tests.support.waiting import backend, until_somebody_waits_for
from tongbao.core.agreements import service as agreements
from tongbao.infra import runs
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.runs import Work
from tongbao.products.deposits import service
from tongbao.products.deposits.domain import errors
from tongbao.products.deposits.service import DepositState

START = date(2026, 1, 7)
MATURITY = date(2026, 4, 7)
LAST_DAY = MATURITY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _configured() -> None:
    agreements.configure(CONFIGURATION)


@pytest.fixture
async def saver(database: Database) -> Saver:
    async with database.write() as tx:
        await post_rates(tx)
        return await new_saver(tx)


async def opened(database: Database, saver: Saver, *, product: str = "time_3m") -> service.Deposit:
    async with database.write() as tx:
        return await saver.open(tx, product, "10000.00", on=START)


async def paid_once(database: Database, saver: Saver) -> None:
    """Everything came back, once."""
    async with database.write() as tx:
        assert await saver.balance(tx) == cny("1000016.25")
        assert await unclaimed(tx, "time_3m") == 0


async def test_the_end_of_day_waits_for_the_holder_and_finds_it_paid(
    database: Database, saver: Saver
) -> None:
    deposit = await opened(database, saver)

    async def step() -> None:
        async with database.write() as tx:
            await end_day(tx, LAST_DAY)

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        after, _ = await saver.withdraw(tx, deposit, on=MATURITY)
        other = asyncio.create_task(step())
        await until_somebody_waits_for(database, await backend(tx))
        await tx.commit()
    await other
    assert after.state is DepositState.PAID_OUT
    await paid_once(database, saver)


async def test_the_holder_waits_for_the_end_of_day_and_finds_it_paid(
    database: Database, saver: Saver
) -> None:
    deposit = await opened(database, saver)

    async def take() -> None:
        async with database.write() as tx:
            await saver.withdraw(tx, deposit, on=MATURITY)

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        await end_day(tx, LAST_DAY)
        other = asyncio.create_task(take())
        await until_somebody_waits_for(database, await backend(tx))
        await tx.commit()
    with pytest.raises(errors.DepositEnded):
        await other
    await paid_once(database, saver)


async def test_an_end_of_day_that_fails_leaves_it_to_the_holder(
    database: Database, saver: Saver
) -> None:
    deposit = await opened(database, saver)

    async def take() -> None:
        async with database.write() as tx:
            await saver.withdraw(tx, deposit, on=MATURITY)

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        await end_day(tx, LAST_DAY)
        other = asyncio.create_task(take())
        await until_somebody_waits_for(database, await backend(tx))
        await tx.rollback()
    await other
    await paid_once(database, saver)


async def test_two_withdrawals_at_once_pay_once(database: Database, saver: Saver) -> None:
    deposit = await opened(database, saver)

    async def take() -> bool:
        async with database.write() as tx:
            try:
                await saver.withdraw(tx, deposit, on=MATURITY)
            except errors.DepositEnded:
                return False
            return True

    assert sorted(await asyncio.gather(take(), take(), take())) == [False, False, True]
    await paid_once(database, saver)


class KilledError(Exception):
    """The process is gone."""


def in_pieces(work: Work, *, dies_at: int | None = None) -> Work:
    """Return a step that does one deposit a piece, and dies in one of them before its commit."""
    numbers = count()

    async def piece(
        tx: WriteSession, *, day: date, cursor: str | None, at: datetime
    ) -> runs.Progress:
        small: Any = work
        progress: runs.Progress = await small(tx, day=day, cursor=cursor, at=at, most=1)
        if next(numbers) == dies_at:
            raise KilledError
        return progress

    return piece


@pytest.mark.parametrize("step", [0, 1, 2])
@pytest.mark.parametrize("dies_at", [0, 1])
async def test_killed_in_any_step_and_begun_again_the_books_are_the_same(
    database: Database, saver: Saver, step: int, dies_at: int
) -> None:
    deposits = [await opened(database, saver) for _ in range(2)]
    plans = [await opened(database, saver, product="instalment_1y") for _ in range(2)]
    name, day = f"test.deposits.{deposits[0].id}", date(2026, 2, 6)
    at = datetime(2026, 2, 6, 17, tzinfo=UTC)

    async def end(day: date, *, dies: bool) -> None:
        steps = [
            runs.Step(
                f"step{number}",
                in_pieces(work, dies_at=dies_at if dies and number == step else None),
            )
            for number, work in enumerate(STEPS)
        ]
        await runs.carry_out(database, name=name, day=day, steps=steps, clock=lambda: at)

    if step == 2:  # something matures
        day, at = LAST_DAY, datetime(2026, 4, 6, 17, tzinfo=UTC)
    with pytest.raises(runs.StepFailed):
        await end(day, dies=True)
    for _ in range(2):  # the second time there is nothing left to do
        await end(day, dies=False)
    async with database.write() as tx:
        paid = "20000.00" if step < 2 else "10000.00"
        for each in plans:
            assert (await service.get(tx, each.id)).principal == cny(paid)
        for each in deposits:
            after = await service.get(tx, each.id)
            assert after.state is (DepositState.OPEN if step < 2 else DepositState.PAID_OUT)
            assert after.accrued_through == day
        left = "940000.00" if step < 2 else "980032.50"
        assert await saver.balance(tx) == cny(left)
        assert await unclaimed(tx, "time_3m") == 0
        assert await unclaimed(tx, "instalment_1y") == 0
