"""A bank whose customers pay each other, filled in sets as the owner: that is not measured.

Customer n has the ids ...n in every table, one account with money, one log-in, and has confirmed
some of the others as payees. All of them are known well (level 3).
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import Final
from uuid import UUID

import psycopg

from benchmarks.support.lived import let_live
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres, Urls
from tongbao.kernel.clock import now
from tongbao.kernel.money import Money

CUSTOMERS: Final = 100_000
PAYEES: Final = 2
STEP: Final = 7_919
"""Customer n has confirmed n + STEP, n + 2 STEP and so on, around the circle."""
BALANCE_MINOR: Final = 100_000_000
AMOUNT_MINOR_MAX: Final = 2_000
CASH: Final = "1001.CNY"
_MAY: Final = permissions([Role.CUSTOMER])

FILL: Final = (
    """
    INSERT INTO ledger_account (uid, name, category, asset_id, overdraft, opened_at,
                                credits_posted, version, last_booked_at)
    SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bench', 'liability',
           s.id, 0, %(at)s, %(balance)s, 1, %(at)s
      FROM generate_series(1, %(count)s) AS n, ledger_asset s WHERE s.code = 'CNY/2'
    """,
    """
    INSERT INTO parties_party (id, kind, name, registered_at, status, level)
    SELECT ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person',
           'bench ' || n, %(at)s, 'active', 3
      FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO accounts_number (number, party_id, product, given_at)
    SELECT '990002' || lpad(n::text, 13, '0'),
           ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'current', %(at)s
      FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO accounts_account (id, number, party_id, product, currency, ledger_account_id,
                                  status, opened_at, last_moved_on)
    SELECT ('01900000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid,
           '990002' || lpad(n::text, 13, '0'),
           ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'current', 'CNY',
           ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'open', %(at)s,
           (%(at)s)::date
      FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO payments_payee (party_id, account_number, confirmed_by, confirmed_at)
    SELECT ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
           '990002' || lpad(((n - 1 + k * %(step)s) %% %(count)s + 1)::text, 13, '0'),
           gen_random_uuid(), %(at)s
      FROM generate_series(1, %(count)s) AS n, generate_series(1, %(payees)s) AS k
    """,
    """
    INSERT INTO identity_user (id, login, name, kind, roles, password_hash, created_at)
    SELECT ('01900000-0000-7000-b000-' || lpad(to_hex(n), 12, '0'))::uuid, 'bench' || n,
           'bench ' || n, 'customer', '{customer}', '', %(at)s
      FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO identity_membership (id, user_id, party_id, role, starts_at)
    SELECT gen_random_uuid(), ('01900000-0000-7000-b000-' || lpad(to_hex(n), 12, '0'))::uuid,
           ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'holder', %(at)s
      FROM generate_series(1, %(count)s) AS n
    """,
)


def _id(kind: str, n: int) -> UUID:
    return UUID(f"01900000-0000-7000-{kind}000-{n:012x}")


@dataclass(frozen=True, kw_only=True)
class Customers:
    """Customers 1 to `count`, and what they want."""

    count: int
    random: Random = field(default_factory=lambda: Random(7))

    @cached_property
    def actors(self) -> Sequence[Actor]:
        """Return the log-in of each customer."""
        return [
            Actor(
                id=_id("b", n),
                kind="customer",
                name=f"bench {n}",
                party_ids=frozenset({_id("9", n)}),
                permissions=_MAY,
            )
            for n in range(1, self.count + 1)
        ]

    def order(self) -> tuple[payments.NewTransfer, Actor]:
        """Return a payment of some customer to a payee of theirs."""
        place = self.random.randrange(self.count)
        payee = self.payee_of(place)
        order = payments.NewTransfer(
            debtor_account_id=_id("a", place + 1),
            creditor_account_number=number(payee),
            creditor_name=f"bench {payee + 1}",
            amount=Money(self.random.randint(1, AMOUNT_MINOR_MAX), "CNY"),
            remittance="货款",
        )
        return order, self.actors[place]

    def payee_of(self, place: int) -> int:
        """Return the place of one whom a customer has confirmed."""
        return (place + self.random.randint(1, PAYEES) * STEP) % self.count


@dataclass(frozen=True, kw_only=True)
class PayingBank(Customers):
    """Customers and the bank they are with."""

    server: EmbeddedPostgres
    urls: Urls
    database: Database

    async def tokens(self, count: int) -> list[tuple[int, str]]:
        """Return places of customers, each with a token of theirs."""
        async with self.database.write() as tx:
            return [
                (
                    place,
                    (
                        await identity.issue_token(
                            tx,
                            user_id=_id("b", place + 1),
                            factors=frozenset({"password", "totp"}),
                            at=now(),
                        )
                    ).token,
                )
                for place in range(count)
            ]


def number(place: int) -> str:
    """Return the account number of the customer at a place."""
    return f"990002{place + 1:013d}"


def account_id(place: int) -> UUID:
    """Return the account's id of the customer at a place."""
    return _id("a", place + 1)


def party_id(place: int) -> UUID:
    """Return the party of the customer at a place."""
    return _id("9", place + 1)


@asynccontextmanager
async def paying_bank(count: int = CUSTOMERS) -> AsyncIterator[PayingBank]:
    """Give a bank on a server that is gone afterwards."""
    with EmbeddedPostgres(ephemeral=True, fsync=True) as server:
        urls = server.urls()
        run_migrations(urls.owner)
        let_live(server)
        database = Database.connect(urls.app)
        try:
            at = now() - timedelta(days=30)
            async with database.write() as tx:
                await ledger.internal_account(
                    tx,
                    code=CASH,
                    asset="CNY",
                    category=ledger.Category.ASSET,
                    name="cash",
                    at=at,
                )
            facts = {
                "count": count,
                "at": at,
                "balance": BALANCE_MINOR,
                "step": STEP,
                "payees": PAYEES,
            }
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                for statement in FILL:
                    owner.execute(statement, facts)
                owner.execute("VACUUM ANALYZE")
                owner.execute("CHECKPOINT")
            yield PayingBank(count=count, server=server, urls=urls, database=database)
        finally:
            await database.close()
