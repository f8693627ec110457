"""Deleting what is kept no longer: as the tables themselves declare it.

A table whose rows are kept for a short time, or as long as logs, names the column from which that
time counts (`Declared.over`), and the daily job deletes what is past it. Where more than one column
decides, the module has a job of its own, named in `OWN_JOBS`; a test refuses a table that has
neither.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase

from tongbao.infra.data_classes import LOGS_KEPT, Keep
from tongbao.infra.data_register import declared_by
from tongbao.infra.db import Database

BATCH: Final = 1_000
BATCHES_MAX: Final = 1_000
KEPT: Final[Mapping[Keep, timedelta]] = {
    Keep.SHORT: timedelta(days=1),  # after it is over: what is refused as too old stays so a while
    Keep.LOGS_6_MONTHS: LOGS_KEPT,
}
OWN_JOBS: Final[Mapping[str, str]] = {
    "identity_attempt": "identity.purge",
    "identity_challenge": "identity.purge",
    "identity_code": "identity.purge",
    "identity_session": "identity.purge",
    "identity_session_secret": "identity.purge",
    "infra_idempotency": "infra.idempotency.purge",
    "infra_message": "infra.notify.purge",
    "infra_outbox": "infra.outbox.prune",
    "infra_webhooks_attempt": "infra.webhooks.purge",
    "infra_webhooks_delivery": "infra.webhooks.purge",
    "infra_webhooks_message": "infra.webhooks.purge",
    "procrastinate_events": "infra.jobs.remove_old",
    "procrastinate_jobs": "infra.jobs.remove_old",
    "procrastinate_periodic_defers": "infra.jobs.remove_old",
    "sources_fetch": "sources.delete_expired",
}
"""The job that deletes the rows of a table, where that is not the one of this file."""
NO_JOB: Final[Mapping[str, str]] = {
    "infra_flow_limit": "the limiter sweeps it while it is used",
    "notices_message": "goes with its notice",
    "infra_outbox_parked": "a parked event stays until somebody replays it",
    "procrastinate_workers": "the library removes workers that are gone",
}
"""Why nothing deletes the rows of a table by their age."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `table` are deleted once `column` lies `kept` back."""

    table: str
    column: str
    kept: timedelta


def rules(base: type[DeclarativeBase]) -> Iterator[Rule]:
    """Yield what the tables declare, by name."""
    for table, declared in sorted(declared_by(base).items()):
        if declared is not None and declared.over:
            yield Rule(table, declared.over, KEPT[declared.keep])


async def delete_over(database: Database, rule: Rule, *, at: datetime) -> int:
    """Delete the rows of one table that are past their time; return how many.

    A bounded batch a transaction, so that nobody waits for long; rows somebody holds are left for
    the next day.
    """
    statement = text(
        f"DELETE FROM {rule.table} WHERE ctid IN (SELECT ctid FROM {rule.table}"  # noqa: S608
        f" WHERE {rule.column} < :before LIMIT :batch FOR UPDATE SKIP LOCKED) RETURNING 1"
    )
    deleted = 0
    for _ in range(BATCHES_MAX):
        async with database.write() as tx:
            gone = await tx.execute(statement, {"before": at - rule.kept, "batch": BATCH})
            batch = len(gone.all())
        deleted += batch
        if batch < BATCH:
            break
    return deleted
