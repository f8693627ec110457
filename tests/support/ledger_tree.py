"""A ledger of a test's own with a tree over it, and a way to tamper with both as a superuser."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import (
    Account,
    Category,
    Checkpoint,
    Finding,
    NewPosting,
    NewTransaction,
    TransactionId,
)
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls
from tongbao.infra.signing import PublicKey, SigningKey
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
BATCH = 500


@dataclass(frozen=True)
class Tree:
    """Cash without a limit pays a customer, one fen at a time."""

    database: Database
    urls: Urls
    cash: Account
    customer: Account
    key: SigningKey

    def payment(self, minor: int = 1, **facts: Any) -> NewTransaction:
        amount = Money(minor, "CNY")
        return NewTransaction(
            **{"id": TransactionId(new_id()), "type": "test", **facts},
            postings=(NewPosting(self.cash.id, self.customer.id, amount),),
        )

    async def book(self, count: int, **facts: Any) -> list[TransactionId]:
        """Book payments; return their ids in order."""
        new = [self.payment(**facts) for _ in range(count)]
        for start in range(0, count, BATCH):
            async with self.database.write() as tx:
                for result in await ledger.post(tx, new[start : start + BATCH], at=AT):
                    result.raise_for_refusal()
        return [each.id for each in new]

    async def extend(self, **limits: int) -> Checkpoint | None:
        async with self.database.write() as tx:
            return await ledger.extend_tree(
                tx, signer=self.key, at=AT + timedelta(hours=1), **limits
            )

    async def grow(self, count: int, **facts: Any) -> Checkpoint:
        """Book payments and take them into the tree."""
        await self.book(count, **facts)
        made = await self.extend()
        assert made is not None
        return made

    async def findings(self, keys: Sequence[PublicKey] | None = None) -> list[Finding]:
        async with self.database.read() as tx:
            given = [self.key.public] if keys is None else keys
            return await ledger.verify_tree(tx, public_keys=given)

    def tamper(self, statement: str, *parameters: Any) -> None:
        """Change rows as a superuser who has switched the triggers off."""
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute("SET session_replication_role = replica")
            changed = connection.execute(statement, parameters)
            assert changed.rowcount != 0, "nothing was tampered with"

    def rows(self, statement: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.urls.owner) as connection:
            return connection.execute(statement, parameters).fetchall()

    def sequence_of(self, transaction_id: TransactionId) -> int:
        ((sequence,),) = self.rows(
            "SELECT id FROM ledger_transaction WHERE uid = %s", transaction_id
        )
        return int(sequence)

    def count(self, table: str) -> int:
        with psycopg.connect(self.urls.owner) as connection:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert row is not None
            return int(row[0])


@asynccontextmanager
async def planted(fresh_database: Callable[..., Urls], pool_size: int = 10) -> AsyncIterator[Tree]:
    """Give a ledger on a database of its own."""
    urls = fresh_database()
    database = Database.connect(urls.app, pool_size=pool_size)
    try:
        async with database.write() as tx:
            cash = await ledger.open_account(
                tx, asset="CNY", category=Category.ASSET, overdraft=None, at=AT
            )
            customer = await ledger.open_account(
                tx, asset="CNY", category=Category.LIABILITY, at=AT
            )
        yield Tree(database, urls, cash, customer, SigningKey.new())
    finally:
        await database.close()
