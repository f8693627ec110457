"""The command that ends business days."""

import sys
from datetime import date

from tongbao.app import eod, wiring
from tongbao.app.commands import migrated, on_database, record, say
from tongbao.infra import runs
from tongbao.infra.db import Database
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now


def end_days(settings: Settings, *, upto: date | None) -> int:
    """End every day that is missing; progress goes to standard error. Returns 0, or raises."""

    async def work(database: Database) -> list[date]:
        await record(database, "runs.end_of_day.started")
        return await eod.end_days(database, clock=now, upto=upto, told=_telling)

    wiring.connect_accounts(settings)
    eod.begin_with(settings.end_of_day_first)
    with migrated(settings) as ready:
        days = on_database(ready, work)
    say(f"{len(days)} days ended, up to {days[-1]}" if days else "No day was left to end")
    return 0


def _telling(day: date) -> runs.Told:
    def tell(step: str, items: int, is_done: bool) -> None:  # noqa: FBT001 - as `runs.Told` has it
        sys.stderr.write(f"{day} {step}: {items}{' done' if is_done else ' ...'}\n")
        sys.stderr.flush()

    return tell
