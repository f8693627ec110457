"""Entries in a transaction of their own: of what was refused, and of what only reads.

A refusal's own transaction is rolled back and a read's cannot write. Those of requests that come at
the same time go in together (`infra.turns`), so a storm of refusals costs few commits.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tongbao.infra.audit.entries import Caller, Entry
from tongbao.infra.audit.writing import append
from tongbao.infra.db import Database
from tongbao.infra.turns import Interrupted, Overloaded, Turns
from tongbao.kernel.errors import TongbaoError

WAITING_MAX: Final = 5_000
ENTRIES_PER_TURN_MAX: Final = 1_000

LOST: Final = Counter(
    "tongbao_audit_lost_total",
    "Refusals that could not be written to the trail; they are in the log",
)

_log = structlog.stdlib.get_logger(__name__)

Asked = tuple[Entry, Caller, datetime]


class Apart:
    """Writes entries durably, each call's when it returns."""

    def __init__(self, database: Database, *, waiting_max: int = WAITING_MAX) -> None:
        self._database = database
        self._turns: Turns[Asked, None] = Turns(
            self._turn, size_max=ENTRIES_PER_TURN_MAX, waiting_max=waiting_max
        )

    async def record(self, entry: Entry, *, by: Caller, at: datetime) -> None:
        """Write an entry.

        Raises:
            Overloaded: too many are waiting.
            DBAPIError: the database is not there; nor was the entry written.
        """
        await self._turns.ask((entry, by, at))

    async def refused(self, entry: Entry, *, by: Caller, at: datetime) -> None:
        """Write the entry of a refusal; that it cannot be is logged, and the refusal stands."""
        try:
            await self.record(entry, by=by, at=at)
        except (DBAPIError, PoolTimeout, Overloaded, Interrupted) as error:
            LOST.inc()
            _log.warning(
                "audit_entry_lost",
                action=entry.action,
                outcome=entry.outcome,
                code=entry.code,
                actor_id=None if by.actor_id is None else str(by.actor_id),
                object_type=entry.object_type,
                why=error.code if isinstance(error, TongbaoError) else type(error).__name__,
            )

    async def _turn(self, asked: Sequence[Asked]) -> Sequence[None]:
        async with self._database.lines.statement() as line:
            await append(
                line,
                [entry for entry, _, _ in asked],
                [by for _, by, _ in asked],
                at=max(at for _, _, at in asked),
            )
        return [None] * len(asked)
