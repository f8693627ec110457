"""The ledger as whoever has the application's role reaches it: SQL, and nothing of ours between.

`Raw.post` calls the posting function with arrays that a test may replace one by one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tongbao.core.ledger.service.verifying import CHECKS
from tongbao.infra.postgres import Urls
from tongbao.kernel.ids import new_id

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)

POSTED, PENDING, CAPTURE, VOID, EXPIRY, REVERSAL = range(1, 7)

TYPES = {
    "p_uid": "uuid[]",
    "p_hash": "bytea[]",
    "p_kind": "smallint[]",
    "p_type": "text[]",
    "p_effective_on": "date[]",
    "p_reference": "text[]",
    "p_metadata": "jsonb[]",
    "p_correlation_id": "uuid[]",
    "p_target": "uuid[]",
    "p_expires_at": "timestamptz[]",
    "p_item": "integer[]",
    "p_ordinal": "smallint[]",
    "p_debit": "uuid[]",
    "p_credit": "uuid[]",
    "p_asset": "text[]",
    "p_amount": "bigint[]",
    "p_booked_at": "timestamptz",
    "p_atomic": "boolean",
    "p_wake": "boolean",
}
POST = "SELECT * FROM ledger_post({})".format(
    ", ".join(f"{name} => %({name})s::{type_}" for name, type_ in TYPES.items())
)

TABLES = (
    "ledger_asset",
    "ledger_account",
    "ledger_transaction",
    "ledger_posting",
    "ledger_hold",
    "ledger_tail",
    "ledger_open_pending",
    "ledger_reversed",
    "ledger_period",
    "ledger_day",
    "ledger_category_day",
    "ledger_hour",
    "ledger_hour_span",
    "ledger_day_progress",
    "ledger_tree_node",
    "ledger_tree_checkpoint",
)


@dataclass(frozen=True)
class Leg:
    """A posting of `amount` fen from `debit` to `credit`."""

    debit: UUID
    credit: UUID
    amount: int | None
    ordinal: int | None = 1
    asset: str | None = "CNY/2"


@dataclass(frozen=True)
class Item:
    """A transaction as `ledger_post` takes it."""

    legs: tuple[Leg, ...] = ()
    kind: int = POSTED
    target: UUID | None = None
    expires_at: datetime | None = None
    effective_on: date = TODAY
    uid: UUID = field(default_factory=new_id)
    content: bytes = b"content"

    @property
    def hash(self) -> bytes:
        return sha256(self.content).digest()[:16]


def moved(debit: UUID, credit: UUID, amount: int | None, **facts: Any) -> Item:
    """Return a transaction of one posting."""
    leg = {name: facts.pop(name) for name in ("ordinal", "asset") if name in facts}
    return Item(legs=(Leg(debit, credit, amount, **leg),), **facts)


def arrays(items: tuple[Item, ...]) -> dict[str, Any]:
    """Return the arguments of `ledger_post` for a sound call."""
    legs = [(place, leg) for place, item in enumerate(items, start=1) for leg in item.legs]
    return {
        "p_uid": [item.uid for item in items],
        "p_hash": [item.hash for item in items],
        "p_kind": [item.kind for item in items],
        "p_type": ["raw" for _ in items],
        "p_effective_on": [item.effective_on for item in items],
        "p_reference": [None for _ in items],
        "p_metadata": [None for _ in items],
        "p_correlation_id": [None for _ in items],
        "p_target": [item.target for item in items],
        "p_expires_at": [item.expires_at for item in items],
        "p_item": [place for place, _ in legs],
        "p_ordinal": [leg.ordinal for _, leg in legs],
        "p_debit": [leg.debit for _, leg in legs],
        "p_credit": [leg.credit for _, leg in legs],
        "p_asset": [leg.asset for _, leg in legs],
        "p_amount": [leg.amount for _, leg in legs],
        "p_booked_at": AT,
        "p_atomic": False,
        "p_wake": False,
    }


def call(connection: psycopg.Connection, *items: Item, **replaced: Any) -> list[str | None]:
    """Call `ledger_post` on a connection, with arguments replaced by name.

    Return why each item was refused, None where it was not.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(POST.encode(), arrays(items) | replaced).fetchone()
    assert row is not None
    refusals: list[str | None] = row["refusal"] or [None] * len(row["sequence"] or ())
    return refusals


@dataclass(frozen=True)
class Raw:
    """A database with three accounts; Ada holds 100.00 yuan, Bob nothing, cash has no limit."""

    urls: Urls
    cash: UUID
    ada: UUID
    bob: UUID

    def connect(self) -> psycopg.Connection:
        """Connect with the application's role."""
        return psycopg.connect(self.urls.app)

    def owner(self) -> psycopg.Connection:
        """Connect as the owner of the tables, who is a superuser here."""
        return psycopg.connect(self.urls.owner)

    def post(self, *items: Item, **replaced: Any) -> list[str | None]:
        """Book and commit; return why each item was refused, None where it was not."""
        with self.connect() as connection:
            return call(connection, *items, **replaced)

    def book(self, item: Item) -> UUID:
        """Book what must be booked; return its id."""
        assert self.post(item) == [None]
        return item.uid

    def one(self, query: str, *parameters: Any) -> Any:
        """Return the one value a query asks for, as the owner sees it."""
        with self.owner() as connection:
            row = connection.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return row[0]

    def balance(self, account: UUID) -> int:
        """Return a customer's balance in fen."""
        return int(
            self.one(
                "SELECT credits_posted - debits_posted FROM ledger_account WHERE uid = %s", account
            )
        )

    def contents(self) -> dict[str, str]:
        """Return a digest of each table. A row of `ledger_reversed` that counts nothing is none."""
        query = sql.SQL("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t {}")
        found = {}
        with self.owner() as connection:
            for name in TABLES:
                counted = "WHERE reversed > 0" if name == "ledger_reversed" else ""
                row = connection.execute(
                    query.format(sql.Identifier(name), sql.SQL(counted))
                ).fetchone()
                assert row is not None
                found[name] = row[0]
        return found

    @contextmanager
    def clock_at(self, moment: datetime) -> Iterator[None]:
        """Set the database's clock, as its owner could."""
        function = (
            "CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql VOLATILE"
        )
        with self.owner() as connection:
            connection.execute(f"{function} RETURN '{moment.isoformat()}'::timestamptz".encode())
        yield
        with self.owner() as connection:
            connection.execute(f"{function} RETURN clock_timestamp()".encode())

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Nothing at all may be stored by the block, nor changed."""
        before = self.contents()
        yield
        assert self.contents() == before

    @contextmanager
    def refused(self, refusal: type[Exception], match: str | None = None) -> Iterator[Any]:
        """Give a connection on which the block must fail, and leave no trace."""
        with (
            self.unchanged(),
            pytest.raises(refusal, match=match),
            self.connect() as connection,
        ):
            yield connection

    def findings(self) -> list[tuple[str, str]]:
        """Return what the verifier finds: check and subject."""
        with self.connect() as connection:
            return findings(connection)


def findings(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Run the verifier's queries on a connection, in its transaction."""
    return [
        (check, str(row[0]))
        for check, query in CHECKS.items()
        for row in connection.execute(query.encode())
    ]


def furnish(urls: Urls) -> Raw:
    """Open the accounts with plain INSERTs, which is what the role may do, and fund Ada."""
    with psycopg.connect(urls.app) as connection:
        connection.execute(
            "INSERT INTO ledger_asset (code, symbol, scale) VALUES ('CNY/2', 'CNY', 2)"
            " ON CONFLICT DO NOTHING"
        )
        cash, ada, bob = (
            open_account(connection, category=category, overdraft=overdraft)
            for category, overdraft in (("asset", None), ("liability", 0), ("liability", 0))
        )
    raw = Raw(urls, cash, ada, bob)
    raw.book(moved(cash, ada, 10_000))
    return raw


def open_account(
    connection: psycopg.Connection,
    *,
    category: str = "liability",
    asset: str = "CNY/2",
    overdraft: int | None = 0,
) -> UUID:
    """Open an account as the application's role may."""
    uid = new_id()
    connection.execute(
        "INSERT INTO ledger_account (uid, category, asset_id, overdraft, opened_at)"
        " SELECT %s, %s, id, %s, %s FROM ledger_asset WHERE code = %s",
        [uid, category, overdraft, AT, asset],
    )
    return uid
