"""The breakers of channels, as their rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.channels.domain.health import Breaker, Circuit, Minute, Observation
from tongbao.core.channels.events import CircuitChanged
from tongbao.core.channels.models import BreakerRow
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession


async def observe(tx: WriteSession, observations: Sequence[Observation], *, at: datetime) -> None:
    """Note how channels answered, in order; their circuit breakers open and close by it.

    Answers to inquiries count as those to instructions do. The rows of the channels stay locked
    until the transaction ends: end it soon.
    """
    names = sorted({each.channel for each in observations})
    if not names:
        return
    await tx.execute(
        upsert(BreakerRow)
        .values([{"channel": name, "since": at} for name in names])
        .on_conflict_do_nothing()
    )
    rows = await tx.scalars(
        select(BreakerRow)
        .where(BreakerRow.channel.in_(names))
        .order_by(BreakerRow.channel)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    changed = []
    for row in rows.all():
        before = breaker_of(row)
        after = before.observed((each for each in observations if each.channel == row.channel), at)
        _write(row, after)
        if after.circuit is not before.circuit:
            changed.append(CircuitChanged(channel=row.channel, circuit=after.circuit))
    await tx.flush()
    await outbox.append(tx, changed, at=at)


async def breakers(tx: ReadSession) -> dict[str, Breaker]:
    """Return the breakers of the channels that were ever seen."""
    rows = await tx.scalars(select(BreakerRow).execution_options(populate_existing=True))
    return {row.channel: breaker_of(row) for row in rows}


async def take_probe(tx: WriteSession, channel: str, *, at: datetime) -> bool:
    """Let one payment through a breaker that is not closed; of several at once one gets it."""
    query = (
        select(BreakerRow)
        .where(BreakerRow.channel == channel)
        .execution_options(populate_existing=True)
    )
    seen = breaker_of((await tx.scalars(query)).one())
    if not seen.may_probe(at):
        return False  # most are refused without waiting for the row
    row = (await tx.scalars(query.with_for_update())).one()
    before = breaker_of(row)
    if not before.may_probe(at):
        return False
    _write(row, before.probed(at))
    await tx.flush()
    if before.circuit is Circuit.OPEN:
        changed = CircuitChanged(channel=channel, circuit=Circuit.HALF_OPEN)
        await outbox.append(tx, [changed], at=at)
    return True


def breaker_of(row: BreakerRow) -> Breaker:
    """Return a row as a breaker."""
    return Breaker(
        since=row.since,
        circuit=Circuit(row.circuit),
        failures_in_row=row.failures_in_row,
        probed_at=row.probed_at,
        minutes=tuple(Minute(*each) for each in row.minutes),
    )


def _write(row: BreakerRow, breaker: Breaker) -> None:
    row.circuit, row.since = breaker.circuit, breaker.since
    row.failures_in_row, row.probed_at = breaker.failures_in_row, breaker.probed_at
    row.minutes = [[m.minute, m.good, m.bad, m.latency_ms] for m in breaker.minutes]
