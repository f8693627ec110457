"""A trail of a test's own with a tree over it, and a way to tamper with both as a superuser."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tongbao.infra import audit
from tongbao.infra.audit import planted
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.infra.signing import SigningKey
from tongbao.infra.tree import Finding
from tongbao.kernel.ids import new_id
from tongbao.lib.merkle import Checkpoint

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)

FILL = """
INSERT INTO infra_audit (at, seq, keep_years, action, outcome, actor_kind, object_id, request_id)
SELECT %(at)s + n * %(step)s, nextval('infra_audit_seq'), CASE WHEN n %% 2 = 0 THEN 5 ELSE 10 END,
       'old.thing', 'done', 'system', 'n' || n, md5('r' || n)
  FROM generate_series(1, %(count)s) n
"""
MONTH_OF = """
DO $$ DECLARE m text := '{month}'; y int; BEGIN
EXECUTE format('CREATE TABLE infra_audit_months.%I (LIKE infra_audit INCLUDING CONSTRAINTS)'
    ' PARTITION BY LIST (keep_years)', m);
FOREACH y IN ARRAY ARRAY[5, 10] LOOP
EXECUTE format('CREATE TABLE infra_audit_months.%I PARTITION OF infra_audit_months.%I'
    ' FOR VALUES IN (%s)', m || '_' || y, m, y);
END LOOP;
EXECUTE format('ALTER TABLE infra_audit ATTACH PARTITION infra_audit_months.%I FOR VALUES'
    ' FROM (%L) TO (%L)', m, '{begins}', '{ends}');
END $$
"""


@dataclass(frozen=True)
class AuditTrail:
    """An empty trail, and the key that signs it."""

    database: Database
    urls: Urls
    key: SigningKey = field(default_factory=SigningKey.new)

    async def record(self, *entries: audit.Entry, at: datetime = AT, **who: Any) -> None:
        async with self.database.write() as tx:
            with audit.by(audit.Caller(**who) if who else audit.SYSTEM):
                await audit.record(tx, entries, at=at)

    async def fill(self, count: int, at: datetime = AT) -> None:
        """Make entries of both times of keeping, each on an object of its own."""
        actions = ("notes.written", "ledger.posted")
        entries = [
            audit.Entry(action=actions[n % 2], object_id=new_id(), reason="核对" if n % 3 else None)
            for n in range(count)
        ]
        await self.record(*entries, at=at)

    async def extend(self, at: datetime = AT + timedelta(hours=1)) -> Checkpoint | None:
        async with self.database.write() as tx:
            return await planted.extend_tree(tx, signer=self.key, at=at)

    async def findings(self, at: datetime = AT + timedelta(days=1)) -> list[Finding]:
        async with self.database.read() as tx:
            return await planted.verify(tx, public_keys=[self.key.public], at=at)

    async def found(self, at: datetime = AT + timedelta(days=1)) -> list[tuple[str, str]]:
        return [(each.check, each.subject) for each in await self.findings(at)]

    def tamper(self, statement: str, *parameters: Any) -> None:
        """Change rows as a superuser who has switched the triggers off."""
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute("SET session_replication_role = replica")
            changed = connection.execute(statement.encode(), parameters)
            assert changed.rowcount != 0, "nothing was tampered with"

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.urls.owner) as connection:
            return connection.execute(statement.encode(), parameters).fetchall()

    def make_old_month(self, year: int, month: int) -> None:
        """Make the partitions of a month that is too long ago to be made by anybody else."""
        begins = datetime(year, month, 1, tzinfo=UTC)
        ends = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        script = MONTH_OF.format(month=f"m{year}{month:02}", begins=begins, ends=ends)
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute(script.encode())

    def fill_old(self, count: int, *, at: datetime, step: timedelta) -> None:
        """Make entries long ago, which the appending function would not."""
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute(FILL, {"at": at, "step": step, "count": count})


@asynccontextmanager
async def audit_trail(fresh_database: Callable[..., Urls]) -> AsyncIterator[AuditTrail]:
    """Give a trail on a database of its own."""
    urls = fresh_database()
    database = Database.connect(urls.app, role=APP_ROLE)
    try:
        yield AuditTrail(database, urls)
    finally:
        await database.close()
