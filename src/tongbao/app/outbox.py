"""The commands about events on their way: how far consumers are, what they could not handle."""

import json
from typing import Any

from tongbao.app import wiring
from tongbao.app.commands import migrated, on_database, record, say
from tongbao.infra import outbox
from tongbao.infra.db import Database
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

NO_CONSUMER = 2


def lag(settings: Settings, *, as_json: bool) -> int:
    """Print how far each consumer is behind; 1 if one has parked events or fails right now."""

    async def work(database: Database) -> list[outbox.Lag]:
        async with database.read() as tx:
            return await outbox.lag(tx, at=now())

    with migrated(settings) as ready:
        found = on_database(ready, work)
    # One that has never run has no place yet; it is listed, so that its absence is seen.
    waiting = sorted({each.name for each in wiring.CONSUMERS} - {each.consumer for each in found})
    if as_json:
        rows = [
            {
                "consumer": each.consumer,
                "events": each.events,
                "seconds": round(each.seconds, 3),
                "failures": each.failures,
                "parked": each.parked,
            }
            for each in found
        ]
        say(json.dumps({"consumers": rows, "never_run": waiting}))
    else:
        for each in found:
            say(
                f"{each.consumer}: {each.events} events behind, {each.seconds:.0f} s;"
                f" {each.failures} failures, {each.parked} parked"
            )
        for name in waiting:
            say(f"{name}: has never run")
        if not found and not waiting:
            say("There are no consumers.")
    return 1 if any(each.failures or each.parked for each in found) else 0


def parked(settings: Settings, consumer: str, *, after: int, limit: int, as_json: bool) -> int:
    """Print the events parked for a consumer; 2 if there is no such consumer.

    The payload is not printed: it may name people, and a terminal's scroll-back is kept by nobody
    knows whom. It stands in `infra_outbox_parked`.
    """
    if not _known(consumer):
        return NO_CONSUMER

    async def work(database: Database) -> list[outbox.ParkedEvent]:
        async with database.read() as tx:
            return await outbox.parked(tx, consumer, after=after, limit=limit)

    with migrated(settings) as ready:
        found = on_database(ready, work)
    rows: list[dict[str, Any]] = [
        {
            "seq": each.event.seq,
            "type": each.event.type,
            "version": each.event.version,
            "subject": each.event.subject,
            "occurred_at": each.event.occurred_at.isoformat(),
            "attempts": each.attempts,
            "error": each.error,
            "parked_at": each.parked_at.isoformat(),
        }
        for each in found
    ]
    if as_json:
        say(json.dumps({"consumer": consumer, "parked": rows}))
        return 0
    for row in rows:
        say(
            f"{row['seq']} {row['type']} {row['subject']}"
            f" ({row['attempts']} attempts): {row['error']}"
        )
    if not rows:
        say("Nothing is parked.")
    return 0


def replay(settings: Settings, consumer: str, *, limit: int, as_json: bool) -> int:
    """Handle the oldest parked events again; 1 if one fails again, 2 if there is no consumer."""
    if not _known(consumer):
        return NO_CONSUMER
    (chosen,) = (each for each in wiring.CONSUMERS if each.name == consumer)

    async def work(database: Database) -> outbox.Replayed:
        await record(database, "outbox.replayed")
        return await outbox.replay(database, chosen, at=now(), limit=limit)

    # What fails again is told below; the log's lines would stand between those of the answer.
    quiet = settings.model_copy(update={"log_level": "error"})
    with migrated(quiet) as ready:
        done = on_database(ready, work)
    if as_json:
        say(json.dumps({"handled": done.handled, "failed": done.failed}))
    else:
        say(f"{len(done.handled)} handled, {len(done.failed)} failed again")
    return 1 if done.failed else 0


def _known(consumer: str) -> bool:
    names = [each.name for each in wiring.CONSUMERS]
    if consumer in names:
        return True
    say(
        f"没有名为 {consumer} 的消费者 / There is no consumer {consumer}: "
        f"{', '.join(names) or 'none is wired'}"
    )
    return False
