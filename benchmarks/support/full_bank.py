"""A bank with many accounts, filled in sets as the owner: opening and funding is not measured.

It looks as if it had lived until the day before: every account was funded by a posting, earned
since the last capitalisation, and the ledger shows what is owed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import psycopg

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import interest
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.accrual import Tier, Tiers

DAY: Final = date(2026, 9, 20)
BEFORE: Final = datetime(2026, 6, 30, 4, tzinfo=UTC)
POSTINGS_A_TRANSACTION: Final = 100
CASH: Final = "1001.CNY"

# `%(count)s` accounts; account n has id ...n in every table.
FILL: Final = (
    """
    INSERT INTO ledger_account (uid, name, category, asset_id, overdraft, opened_at,
                                credits_posted, version, last_booked_at)
    SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bench', 'liability',
           s.id, 0, %(at)s, 100000 + n %% 9000000, 1, %(at)s
      FROM generate_series(1, %(count)s) AS n, ledger_asset s WHERE s.code = 'CNY/2'
    """,
    """
    INSERT INTO ledger_transaction (id, uid, content_hash, kind, type, effective_on, booked_at)
    SELECT n, ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, '\\x00', 'posted',
           'bench.funding', (%(at)s)::date, %(at)s
      FROM generate_series(1, (%(count)s + %(each)s - 1) / %(each)s) AS n
    """,
    """
    INSERT INTO ledger_posting (transaction_id, ordinal, asset_id, debit_account_id,
                                credit_account_id, amount, credit_balance, credit_version)
    SELECT (x.n - 1) / %(each)s + 1, (x.n - 1) %% %(each)s + 1, x.asset_id, c.id, x.id,
           x.credits_posted, x.credits_posted, 1
      FROM (SELECT a.id, a.asset_id, a.credits_posted, row_number() OVER (ORDER BY a.uid) AS n
              FROM ledger_account a WHERE a.name = 'bench') AS x, ledger_account c
     WHERE c.code = %(cash)s
    """,
    """
    INSERT INTO ledger_tail (account_id, debits, credits, debits_pending, credits_pending, postings)
    SELECT c.id, (SELECT sum(credits_posted) FROM ledger_account WHERE name = 'bench'), 0, 0, 0,
           %(count)s
      FROM ledger_account c WHERE c.code = %(cash)s
    """,
    "SELECT setval('ledger_transaction_id_seq', (SELECT max(id) FROM ledger_transaction))",
    "SELECT ledger_extend_days(2000000000)",
    """
    INSERT INTO accounts_number (number, party_id, product, given_at)
    SELECT '990002' || lpad(n::text, 13, '0'), %(party)s, 'current', %(at)s
      FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO accounts_account (id, number, party_id, product, currency, ledger_account_id,
                                  status, opened_at, last_moved_on)
    SELECT ('01900000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid,
           '990002' || lpad(n::text, 13, '0'), %(party)s, 'current', 'CNY',
           ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'open', %(at)s,
           (%(at)s)::date
      FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO accounts_interest (account_id, through, accrued, last_pieces)
    SELECT b.id, %(day)s::date - 1, (100 + n %% 9000) * 100000000::numeric + n, 1000000
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_account
             WHERE number LIKE '990002%%') AS b
    """,
    """
    INSERT INTO accounts_interest_total (currency, accrued, payable)
    SELECT 'CNY', sum(accrued), 0 FROM accounts_interest
    """,
    """
    INSERT INTO accounts_interest_progress (first_day, last_day, corrected_through)
    SELECT %(at)s::date, %(day)s::date - 1, max(id) FROM ledger_transaction
    """,
    """
    INSERT INTO runs_run (id, name, day, status, started_at, finished_at)
    VALUES (gen_random_uuid(), 'end_of_day', %(day)s::date - 1, 'done', %(at)s, %(at)s)
    """,
)


@dataclass(frozen=True, slots=True)
class FullBank:
    """What there is to work on."""

    server: EmbeddedPostgres
    database: Database
    accounts: int


@asynccontextmanager
async def full_bank(count: int) -> AsyncIterator[FullBank]:
    """Give a bank with so many accounts, on a server that is gone afterwards."""
    with EmbeddedPostgres(ephemeral=True, fsync=True) as server:
        urls = server.urls()
        run_migrations(urls.owner)
        database = Database.connect(urls.app)
        try:
            party = await _found(database)
            facts = {
                "count": count,
                "each": POSTINGS_A_TRANSACTION,
                "at": BEFORE,
                "day": DAY,
                "cash": CASH,
                "party": party,
            }
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                for statement in FILL:
                    owner.execute(statement, facts)
            await _live(database)
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                owner.execute("VACUUM ANALYZE")
                owner.execute("CHECKPOINT")
            yield FullBank(server, database, count)
        finally:
            await database.close()


async def _found(database: Database) -> str:
    """Make what everything else needs: an asset, the bank's cash, a customer, rates."""
    tiers = Tiers(
        (
            Tier(0, Rate.percent("0.05")),
            Tier(5_000_000, Rate.percent("0.10")),
            Tier(50_000_000, Rate.percent("0.20")),
        )
    )
    async with database.write() as tx:
        await ledger.internal_account(
            tx, code=CASH, asset="CNY", category=ledger.Category.ASSET, name="cash", at=BEFORE
        )
        await accounts.set_rate(
            tx,
            product=accounts.Product.CURRENT,
            currency="CNY",
            tiers=tiers,
            valid_from=BEFORE.date(),
            set_by=new_id(),
            at=BEFORE,
        )
        party = await parties.register_person(tx, name="bench", at=BEFORE)
    return str(party.id)


async def _live(database: Database) -> None:
    """Book on the day itself, after midnight, and into days that have earned already."""
    async with database.write() as tx:
        await interest.show_payable(tx, currency="CNY", on=DAY, at=_moment(10))
        cash = await ledger.internal_account(
            tx, code=CASH, asset="CNY", category=ledger.Category.ASSET, name="cash", at=BEFORE
        )
    for hours, effective_on in ((9, DAY), (10, DAY - timedelta(days=5)), (16, None)):
        async with database.write() as tx:
            owned = await accounts.list_accounts(tx, limit=200)
            batch = [
                ledger.NewTransaction(
                    id=ledger.TransactionId(new_id()),
                    type="bench.payment",
                    postings=(
                        ledger.NewPosting(cash.id, each.ledger_account_id, Money(12_345, "CNY")),
                    ),
                    effective_on=effective_on,
                )
                for each in owned.items
                for _ in range(10)
            ]
            for result in await ledger.post(tx, batch, at=_moment(hours)):
                result.raise_for_refusal()


def _moment(hours: int) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hours, tzinfo=UTC)
