"""Channels under concurrency: one payment probes, every answer counts, a message is told once."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.channel_gateways import Quiet
from tests.support.waiting import until_somebody_waits
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import (
    Circuit,
    CounterpartyKind,
    Observation,
    Operation,
    Rule,
    configuration,
)
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def name() -> Iterator[str]:
    """A channel of this test's own, beside one that never fails."""
    before = configuration.current()
    made = f"c-{new_id().hex[-12:]}"
    gateways = {each: Quiet.like("card") for each in (made, f"z{made}")}
    channels.configure(channels.Configuration(gateways=gateways, clock=lambda: AT))
    yield made
    channels.configure(before)


async def route(database: Database) -> tuple[str, ...]:
    async with database.write() as tx:
        found = await channels.route(
            tx,
            operation=Operation.PAY_OUT,
            amount=Money(1_00, "CNY"),
            counterparty_kind=CounterpartyKind.CARD,
            at=AT + MINUTE,
        )
        return found.channels


async def test_of_many_payments_at_once_one_probes(database: Database, name: str) -> None:
    async with database.write() as tx:
        await channels.observe(tx, [Observation(name, False, 9)] * 5, at=AT)
    routes = await asyncio.gather(*(route(database) for _ in range(12)))
    assert sorted(routes) == [(name, f"z{name}")] + [(f"z{name}",)] * 11


async def test_whoever_waits_for_a_probe_sees_that_it_is_taken(
    database: Database, name: str
) -> None:
    async with database.write() as tx:
        await channels.observe(tx, [Observation(name, False, 9)] * 5, at=AT)
    async with database.write() as first:
        # What the first does stays open until the second has come to the row, and waits.
        await channels.observe(first, [Observation(name, True, 9)], at=AT + MINUTE)
        waiting = asyncio.create_task(route(database))
        await until_somebody_waits(database)
    assert await waiting == (name, f"z{name}")
    assert await route(database) == (f"z{name}",)


async def test_no_answer_is_lost_of_those_noted_at_once(database: Database, name: str) -> None:
    async def note(good: bool) -> None:  # noqa: FBT001
        async with database.write() as tx:
            await channels.observe(tx, [Observation(name, good, 10)], at=AT)

    await asyncio.gather(*(note(turn % 3 > 0) for turn in range(18)))
    async with database.read() as tx:
        seen = (await channels.conditions(tx, at=AT))[name]
    assert (seen.seen, seen.good_percent, seen.latency_ms) == (18, 66, 10)
    assert seen.circuit in Circuit


async def test_a_message_that_comes_twice_at_once_is_told_once(
    database: Database, name: str
) -> None:
    event, reference = f"m-{new_id().hex}", new_id().hex

    async def call() -> bytes:
        async with database.write() as tx:
            body = f"{event}:{reference}".encode()
            told = await channels.receive(
                tx, name, headers={"x-signature": "right"}, body=body, at=AT
            )
            return told.body

    assert set(await asyncio.gather(*(call() for _ in range(8)))) == {b"success"}
    async with database.read() as tx:
        told = await tx.fetch("SELECT count(*) FROM infra_outbox WHERE subject = %s", (reference,))
    assert told == [(1,)]


@pytest.mark.parametrize("seconds", [-5, 0, 5])
async def test_two_who_set_the_same_rule_leave_one_version_open(
    database: Database, name: str, seconds: int
) -> None:
    code = f"r_{new_id().hex[-12:]}"

    async def set_rule(position: int, at: datetime) -> None:
        async with database.write() as tx:
            rule = Rule(code=code, position=position, operation=Operation.VERIFY_CARD)
            await channels.set_rule(tx, rule, set_by=new_id(), at=at)

    async with database.write() as first:
        rule = Rule(code=code, position=900, operation=Operation.VERIFY_CARD)
        await channels.set_rule(first, rule, set_by=new_id(), at=AT)
        # Whoever asked earlier may come later.
        waiting = asyncio.create_task(set_rule(901, AT + timedelta(seconds=seconds)))
        await until_somebody_waits(database)
    await waiting
    async with database.read() as tx:
        held = await channels.rules(tx, at=AT + MINUTE)
    assert [each.position for each in held if each.code == code] == [901]
