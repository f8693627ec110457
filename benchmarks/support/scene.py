"""The stage of the ledger's benchmark: a durable PostgreSQL of its own, accounts with money."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import text

from benchmarks.support.lived import let_live
from tongbao.app.collecting import spare_what_is_there
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import (
    AccountId,
    Category,
    NewPosting,
    NewTransaction,
    TransactionId,
)
from tongbao.infra.db import Database
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres, Urls
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

ACCOUNTS = 100_000
HOT_ACCOUNTS = 5
HOT_SHARE = 0.1
BATCH = 1_000
FUNDS = Money.parse("1000000.00", "CNY")
AMOUNT_MINOR_MAX = 10_000

# Customer accounts in one statement, as the application's role: opening accounts is not measured.
_OPEN = text("""
    INSERT INTO ledger_account (uid, name, category, asset_id, overdraft, opened_at)
    SELECT u.uid, 'bench', 'liability', s.id, 0, :at
      FROM unnest(CAST(:uids AS uuid[])) WITH ORDINALITY AS u (uid, place), ledger_asset s
     WHERE s.code = 'CNY/2' ORDER BY u.place
""")


@dataclass(frozen=True, slots=True)
class Scene:
    """Accounts to book on; `hot` are internal accounts, which have no limit."""

    urls: Urls
    database: Database
    customers: Sequence[AccountId]
    hot: Sequence[AccountId]
    random: Random = field(default_factory=lambda: Random(7))

    def posting(self) -> NewPosting:
        """Return a transfer between two customers or, one time in ten, with a hot account."""
        pick = self.random
        debit, credit = pick.choice(self.customers), pick.choice(self.customers)
        if pick.random() < HOT_SHARE or debit == credit:
            if pick.random() < 1 / 2:
                debit = pick.choice(self.hot)
            else:
                credit = pick.choice(self.hot)
        return NewPosting(debit, credit, Money(pick.randint(1, AMOUNT_MINOR_MAX), "CNY"))

    def transaction(self) -> NewTransaction:
        """Return a transaction of one posting, with an id of its own."""
        return NewTransaction(
            id=TransactionId(new_id()), type="bench.transfer", postings=(self.posting(),)
        )

    def batch(self, size: int = BATCH) -> list[NewTransaction]:
        """Return `size` transactions."""
        return [self.transaction() for _ in range(size)]


@asynccontextmanager
async def scene(*, accounts: int = ACCOUNTS) -> AsyncIterator[tuple[Scene, EmbeddedPostgres]]:
    """Give a scene on a server that is gone afterwards."""
    with EmbeddedPostgres(ephemeral=True, fsync=True) as server:
        urls = server.urls()
        run_migrations(urls.owner)
        let_live(server)
        database = Database.connect(urls.app)
        try:
            furnished = await _furnish(urls, database, accounts)
            spare_what_is_there()
            yield furnished, server
        finally:
            await database.close()


async def _furnish(urls: Urls, database: Database, count: int) -> Scene:
    """Open the accounts and give each customer money, by transactions like any other."""
    at = now()
    customers = [AccountId(new_id()) for _ in range(count)]
    async with database.write() as tx:
        await ledger.declare_asset(tx, symbol="CNY", scale=2)
        hot = [
            await ledger.internal_account(
                tx, code=f"bench.{n}", asset="CNY", category=Category.ASSET, name="bench", at=at
            )
            for n in range(HOT_ACCOUNTS)
        ]
        await tx.execute(_OPEN, {"uids": list(customers), "at": at})
    for start in range(0, count, BATCH):
        funding = [
            NewTransaction(
                id=TransactionId(new_id()),
                type="bench.funding",
                postings=(NewPosting(hot[0].id, customer, FUNDS),),
            )
            for customer in customers[start : start + BATCH]
        ]
        async with database.write() as tx:
            for result in await ledger.post(tx, funding, at=now()):
                result.raise_for_refusal()
    return Scene(urls, database, customers, [account.id for account in hot])
