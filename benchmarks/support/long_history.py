"""A ledger of five million postings between customers, and one account that moved 100,000 times.

Filled in sets as the owner, indexes made afterwards: booking is not measured here. It looks as if
pairs of customers had paid each other to and fro for two months, so every account's entries lie
scattered over the whole table.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg

from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres, Urls

ENTRIES_EACH: Final = 200
BUSY_ENTRIES: Final = 100_000
BEGIN: Final = datetime(2026, 7, 2, 0, tzinfo=UTC)
PARTIES: Final = 100
CASH: Final = "1001.CNY"

# Accounts 1 to `%(n)s` in pairs, and the busy one, n + 1. A pair moves 10.00 to and fro.
_FILL: Final[tuple[LiteralString, ...]] = (
    """
    INSERT INTO ledger_account (uid, name, category, asset_id, overdraft, opened_at,
                                credits_posted, debits_posted, version, last_booked_at)
    SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bench', 'liability',
           s.id, 0, %(at)s,
           CASE WHEN n > %(n)s THEN %(busy)s * 100
                ELSE 1000000 + CASE WHEN n %% 2 = 1 THEN 99000 ELSE 100000 END END,
           CASE WHEN n > %(n)s THEN 0 WHEN n %% 2 = 1 THEN 100000 ELSE 99000 END,
           CASE WHEN n > %(n)s THEN %(busy)s ELSE 200 END, %(ends)s
      FROM generate_series(1, %(n)s + 1) AS n, ledger_asset s WHERE s.code = 'CNY/2'
     ORDER BY n
    """,
    """
    CREATE TEMP TABLE bench AS
    SELECT a.id, a.asset_id, row_number() OVER (ORDER BY a.uid) AS n
      FROM ledger_account a WHERE a.name = 'bench'
    """,
    """
    INSERT INTO ledger_transaction (id, uid, content_hash, kind, type, effective_on, booked_at,
                                    reference)
    SELECT n, ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, '\\x00', 'posted',
           'payments.transfer', (%(at)s + n * interval '10 seconds')::date,
           %(at)s + n * interval '10 seconds', 'INV-' || n
      FROM generate_series(1, %(last)s + %(busy)s) AS n
    """,
    """
    INSERT INTO ledger_posting (transaction_id, ordinal, asset_id, debit_account_id,
                                credit_account_id, amount, credit_balance, credit_version)
    SELECT (b.n - 1) / 10 + 1, (b.n - 1) %% 10 + 1, b.asset_id, c.id, b.id, 1000000, 1000000, 1
      FROM bench b, ledger_account c WHERE c.code = %(cash)s AND b.n <= %(n)s
    """,
    """
    INSERT INTO ledger_posting (transaction_id, ordinal, asset_id, debit_account_id,
                                credit_account_id, amount, debit_balance, debit_version,
                                credit_balance, credit_version)
    SELECT %(n)s / 10 + (v - 2) * (%(n)s / 20) + (odd.n / 2) / 10 + 1, (odd.n / 2) %% 10 + 1,
           odd.asset_id,
           CASE WHEN v %% 2 = 0 THEN odd.id ELSE even.id END,
           CASE WHEN v %% 2 = 0 THEN even.id ELSE odd.id END, 1000,
           CASE WHEN v %% 2 = 0 THEN 999000 ELSE 1000000 END, v,
           CASE WHEN v %% 2 = 0 THEN 1001000 ELSE 1000000 END, v
      FROM generate_series(2, 200) AS v
     CROSS JOIN bench odd JOIN bench even ON even.n = odd.n + 1
     WHERE odd.n %% 2 = 1 AND odd.n < %(n)s
     ORDER BY v, odd.n
    """,
    """
    INSERT INTO ledger_posting (transaction_id, ordinal, asset_id, debit_account_id,
                                credit_account_id, amount, credit_balance, credit_version)
    SELECT %(last)s + v, 1, b.asset_id, c.id, b.id, 100, v * 100, v
      FROM generate_series(1, %(busy)s) AS v, bench b, ledger_account c
     WHERE c.code = %(cash)s AND b.n = %(n)s + 1
    """,
    "SELECT setval('ledger_transaction_id_seq', (SELECT max(id) FROM ledger_transaction))",
    """
    INSERT INTO accounts_number (number, party_id, product, given_at)
    SELECT '990002' || lpad(n::text, 13, '0'), (%(parties)s::uuid[])[n %% 100 + 1], 'current',
           %(at)s
      FROM generate_series(1, %(n)s + 1) AS n
    """,
    """
    INSERT INTO accounts_account (id, number, party_id, product, currency, ledger_account_id,
                                  status, opened_at, last_moved_on)
    SELECT ('01900000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid,
           '990002' || lpad(n::text, 13, '0'), (%(parties)s::uuid[])[n %% 100 + 1], 'current',
           'CNY', ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'open', %(at)s,
           (%(at)s)::date
      FROM generate_series(1, %(n)s + 1) AS n
    """,
)


@dataclass(frozen=True, slots=True)
class LongHistory:
    """What there is to read."""

    urls: Urls
    database: Database
    accounts: int
    postings: int

    def account(self, n: int) -> UUID:
        """Return the id of account n, counted from 1."""
        return UUID(f"01900000-0000-7000-a000-{n:012x}")

    @property
    def busy(self) -> UUID:
        """The account that moved 100,000 times."""
        return self.account(self.accounts + 1)


@asynccontextmanager
async def long_history(postings: int) -> AsyncIterator[LongHistory]:
    """Give a ledger of about so many postings, on a server that is gone afterwards."""
    count = max(postings // (ENTRIES_EACH * 10), 1) * 20
    with EmbeddedPostgres(ephemeral=True, fsync=False) as server:
        urls = server.urls()
        run_migrations(urls.owner)
        database = Database.connect(urls.app)
        try:
            facts = await _found(database, count)
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                filled = _fill(owner, facts)
            yield LongHistory(urls, database, count, filled)
        finally:
            await database.close()


async def _found(database: Database, count: int) -> dict[str, Any]:
    async with database.write() as tx:
        await ledger.internal_account(
            tx, code=CASH, asset="CNY", category=ledger.Category.ASSET, name="cash", at=BEGIN
        )
        found = [
            (await parties.register_person(tx, name=f"客户{n}号", at=BEGIN)).id
            for n in range(PARTIES)
        ]
    last = count // 10 + (ENTRIES_EACH - 1) * (count // 20)
    return {
        "n": count,
        "busy": BUSY_ENTRIES,
        "at": BEGIN,
        "ends": BEGIN,
        "last": last,
        "cash": CASH,
        "parties": found,
    }


def _fill(owner: psycopg.Connection[Any], facts: dict[str, Any]) -> int:
    """Fill the tables; return how many postings there are."""
    indexes = owner.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ledger_posting'"
        " AND indexname NOT LIKE 'pk_%'"
    ).fetchall()
    owner.execute("SET maintenance_work_mem = '256MB'")
    for name, _ in indexes:
        owner.execute(f"DROP INDEX {name}")  # type: ignore[arg-type]
    for statement in _FILL:
        owner.execute(statement, facts)
    for _, definition in indexes:
        owner.execute(definition)
    owner.execute(
        "UPDATE ledger_account a SET last_booked_at = %(at)s + t.last * interval '10 seconds'"
        "  FROM (SELECT max(id) AS last FROM ledger_transaction) AS t WHERE a.name = 'bench'",
        facts,
    )
    owner.execute("VACUUM ANALYZE")
    row = owner.execute("SELECT count(*) FROM ledger_posting").fetchone()
    assert row is not None
    return int(row[0])
