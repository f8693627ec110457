"""What the database itself holds, and what a wrong file does not do."""

import asyncio

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.reconciliation import DAY, Channel, later, line
from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation import service as reconciliation
from tongbao.core.reconciliation.domain.errors import (
    BreakClosed,
    DoesNotFit,
    NotTogether,
    SettlementUsed,
)
from tongbao.core.reconciliation.service import BreakKind, BreakState, Side
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def channel(database: Database) -> Channel:
    return await Channel(database).begin()


async def test_a_wrong_file_opens_no_cases(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.core.reconciliation.service.casework.BREAKS_MAX", 3)
    await channel.book({"A": 100, "B": 100})
    await channel.state([line("X", 1), line("Y", 2)])
    with pytest.raises(DoesNotFit):
        await channel.run()
    assert (await channel.cases(), await channel.balances()) == ([], {"in_transit": 200})
    await channel.state([line("A", 100), line("B", 100)], corrects=True)
    assert (await channel.run()).exact == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reconciliation_happening SET note = 'x' WHERE break_id = :id",
        "DELETE FROM reconciliation_happening WHERE break_id = :id",
        "DELETE FROM reconciliation_break WHERE id = :id",
        "UPDATE reconciliation_break SET difference = 0 WHERE id = :id",
        "UPDATE reconciliation_statement SET net = 0 WHERE channel = :channel",
        "DELETE FROM reconciliation_statement WHERE channel = :channel",
        "UPDATE reconciliation_item SET amount = 0 WHERE channel = :channel",
    ],
)
async def test_what_is_closed_and_what_was_said_stays(channel: Channel, statement: str) -> None:
    await channel.state([line("X", 1)])
    await channel.run()
    (case,) = await channel.cases()
    await channel.resolve([case], customer=1)
    wanted = {"id": case.id, "channel": channel.name}
    bound = {name: value for name, value in wanted.items() if f":{name}" in statement}
    with pytest.raises(DBAPIError):
        async with channel.database.write() as tx:
            await tx.execute(text(statement), bound)


async def test_runs_at_once_do_the_work_once(channel: Channel) -> None:
    await channel.book({"gone": 100, "fine": 7})
    await channel.state([line("fine", 7, fee=1), line("extra", 9)])
    days = await asyncio.gather(*(channel.run() for _ in range(4)))
    assert len(set(days)) == 1
    assert len(await channel.cases(is_open=None)) == 2
    assert await channel.balances() == {"nostro": 15, "fees": 1, "suspense": -91}


async def test_two_who_close_one_case_at_once_close_it_once(channel: Channel) -> None:
    await channel.state([line("X", 50)])
    await channel.run()
    (case,) = await channel.cases()
    done = await asyncio.gather(
        *(channel.resolve([case], customer=50) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(each, reconciliation.Resolution) for each in done) == 1
    assert sum(isinstance(each, BreakClosed) for each in done) == 2
    assert "suspense" not in await channel.balances()


async def test_a_case_is_closed_while_runs_look_at_it(channel: Channel) -> None:
    await channel.state([line("X", 50), line("Y", 7)])
    await channel.run()
    cases = {each.reference: each for each in await channel.cases()}
    await channel.book({"Y": 7})
    await asyncio.gather(
        channel.run(), channel.resolve([cases["X"]], customer=50), channel.run(), channel.run()
    )
    states = {each.reference: each.state for each in await channel.cases(is_open=None)}
    assert states == {"X": BreakState.RESOLVED, "Y": BreakState.CLEARED}
    assert await channel.balances() == {"nostro": 57}


async def test_cases_of_two_channels_are_not_closed_together(
    database: Database, channel: Channel
) -> None:
    other = await Channel(database).begin()
    for each in (channel, other):
        await each.state([line("X", 50)])
        await each.run()
    with pytest.raises(NotTogether):
        await channel.resolve([*await channel.cases(), *await other.cases()], customer=100)


async def test_a_captured_hold_has_the_reference_of_what_it_held(channel: Channel) -> None:
    held = channel.payment("H", -500, kind="pending")
    await channel.post([held])
    await channel.state([line("H", -500)])
    await channel.run()
    assert await channel.kinds() == {"H": BreakKind.STATUS}
    async with channel.database.write() as tx:
        capture = await ledger.capture(
            tx, transaction_id=ledger.TransactionId(new_id()), pending_id=held.id
        )
    await channel.post([capture])
    await channel.run(DAY)
    (case,) = await channel.cases(is_open=None)
    # Captured today and effective today, it is far from the day of the statement.
    assert (case.kind, case.parked) == (BreakKind.DAY, 0)


async def test_a_reversal_takes_back_what_is_missed(channel: Channel) -> None:
    paid = channel.payment("R", -500)
    await channel.post([paid])
    await channel.state([])
    await channel.run()
    assert await channel.kinds() == {"R": BreakKind.MISSING_THERE}
    async with channel.database.write() as tx:
        back = await ledger.reversal(
            tx, transaction_id=ledger.TransactionId(new_id()), reverses_id=paid.id
        )
    await channel.post([back])
    await channel.run()
    assert (await channel.cases(), await channel.balances()) == ([], {})


async def test_a_settlement_is_of_one_day(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Channel, "settlement", lambda _self, _on: "THE-SAME")
    await channel.state([line("A", 1)], settles_on=later(1))
    with pytest.raises(SettlementUsed):
        await channel.state([line("B", 1)], on=later(1), settles_on=later(2))
    corrected = await channel.state([line("A", 2)], settles_on=later(1), corrects=True)
    assert corrected.is_new


async def test_two_currencies_of_one_channel_are_apart(database: Database) -> None:
    yuan = await Channel(database).begin()
    dollars = await Channel(database, currency="USD", name=yuan.name).begin()
    await yuan.book({"A": 100})
    await dollars.book({"A": 70}, on=later(1))
    await yuan.state([line("A", 100)])
    await dollars.state([line("A", 75)], on=later(1))
    await yuan.run()
    await yuan.run(later(1))
    (case,) = await yuan.cases()
    assert (case.currency, case.kind, case.difference) == ("USD", BreakKind.AMOUNT, 5)


async def test_lines_without_money_are_counted_and_not_compared(channel: Channel) -> None:
    taken = await channel.state([line("card-check", 0), line("fee-only", 0, fee=5)])
    assert (taken.lines, taken.fees) == (2, 5)
    day = await channel.run()
    assert (day.lines, day.broken) == (2, 0)
    assert await channel.cases() == []
    assert await channel.balances() == {"nostro": -5, "fees": 5}
    assert not (await channel.state([], on=later(1), side=Side.BANK)).lines
