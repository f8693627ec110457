"""A superuser changes one row behind the database's back: the verifier says which.

Each case switches the triggers off, changes a row in a transaction that is rolled back, and asks
the verifier inside it. What is tampered with in the tree is told in `test_tree_tampering.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from uuid import UUID

import psycopg
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.support.raw_ledger import (
    AT,
    CAPTURE,
    EXPIRY,
    PENDING,
    REVERSAL,
    VOID,
    Item,
    Raw,
    findings,
    furnish,
    moved,
)
from tongbao.core.ledger import jobs
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext
from tongbao.infra.postgres import Urls
from tongbao.infra.signing import SigningKey

SUMS = "sum of each asset is zero"
COUNTERS = "counters equal the sum of postings and of what is held"
VERSIONS = "versions have no gap and balances follow from one another"
KINDS = "every transaction has what belongs to its kind"
BELONGS = "every posting and hold belongs to a transaction, in the asset of its accounts"
OPEN = "the open list is what is pending and not resolved"
ONLY = "every resolution is the only one of an earlier pending transaction"
WITHIN = "captures and reversals stay within what they capture or reverse"
REVERSED = "the list of reversed amounts is the sum of reversals"
CLOSED = "nothing was booked into a closed period"
DAYS = "daily totals equal the sum of postings"
CATEGORIES = "daily totals of categories equal the sum of postings"
HOURS = "hourly totals equal the sum of postings"
SPANS = "spans of hours cover their transactions"


@dataclass(frozen=True)
class Kept:
    """Books with one of everything, and the ids a finding may name."""

    raw: Raw
    paid: UUID
    held: UUID
    captured: UUID
    capture: UUID
    voided: UUID
    void: UUID
    reversed: UUID
    reversal: UUID

    def parameters(self) -> dict[str, object]:
        accounts = {"cash": self.raw.cash, "ada": self.raw.ada, "bob": self.raw.bob}
        return accounts | {name: getattr(self, name) for name in NAMES}


NAMES = [each.name for each in fields(Kept) if each.name != "raw"]


@pytest.fixture(scope="module")
def kept(fresh_database: Callable[..., Urls]) -> Iterator[Kept]:
    raw = furnish(fresh_database())
    ada, bob = raw.ada, raw.bob
    paid = raw.book(moved(ada, bob, 100))
    held = raw.book(moved(ada, bob, 200, kind=PENDING, expires_at=AT.replace(year=2099)))
    captured = raw.book(moved(ada, bob, 300, kind=PENDING))
    capture = raw.book(moved(ada, bob, 250, kind=CAPTURE, target=captured))
    voided = raw.book(moved(ada, bob, 400, kind=PENDING))
    void = raw.book(Item(kind=VOID, target=voided))
    original = raw.book(moved(ada, bob, 500))
    reversal = raw.book(moved(bob, ada, 450, kind=REVERSAL, target=original))
    with raw.connect() as connection:
        connection.execute(
            "INSERT INTO ledger_period (starts_on, ends_on) VALUES ('2025-01-01', '2026-01-01')"
        )
        connection.execute("SELECT ledger_close_period('2025-01-01', now())")
        connection.execute("SELECT ledger_extend_days(1000)")
    raw.book(moved(raw.cash, ada, 7))  # in the tail, and not in the totals
    assert EXPIRY > VOID  # kinds as numbers
    yield Kept(raw, paid, held, captured, capture, voided, void, original, reversal)
    assert raw.findings() == []


ID = "(SELECT id FROM ledger_transaction WHERE uid = %({})s)"
ACCOUNT = "(SELECT id FROM ledger_account WHERE uid = %({})s)"


def of(name: str, column: str = "transaction_id") -> str:
    return f" WHERE {column} = {ID.format(name)}"


CASES: list[tuple[str, str, set[str], set[str]]] = [
    # name, what is done, which checks find it, whose ids are named
    ("an amount", "UPDATE ledger_posting SET amount = amount + 1" + of("paid"),
     {COUNTERS, VERSIONS, DAYS, CATEGORIES}, {"ada", "bob"}),
    ("a balance after", "UPDATE ledger_posting SET debit_balance = 5" + of("paid"),
     {VERSIONS}, {"ada"}),
    ("a version", "UPDATE ledger_posting SET credit_version = 99" + of("paid"),
     {VERSIONS}, {"bob"}),
    ("no balance after", "UPDATE ledger_posting SET debit_balance = NULL" + of("paid"),
     {VERSIONS}, {"ada"}),
    ("a posting taken away", "DELETE FROM ledger_posting" + of("paid"),
     {COUNTERS, VERSIONS, KINDS, DAYS, CATEGORIES}, {"ada", "bob", "paid"}),
    ("a posting of nobody",
     "INSERT INTO ledger_posting VALUES (777777, 1, 1, 1, 2, 5, NULL, NULL, NULL, NULL)",
     {COUNTERS, BELONGS}, {"#777777"}),
    ("another asset", "UPDATE ledger_posting SET asset_id = 77" + of("paid"),
     {BELONGS, CATEGORIES}, {"paid"}),
    ("another account",
     f"UPDATE ledger_posting SET credit_account_id = {ACCOUNT.format('cash')}" + of("paid"),
     {COUNTERS, VERSIONS, DAYS, CATEGORIES}, {"bob", "cash"}),
    ("a transaction taken away", "DELETE FROM ledger_transaction" + of("paid", "id"),
     {BELONGS, DAYS, CATEGORIES}, {"#"}),
    ("a transaction of another kind",
     "UPDATE ledger_transaction SET kind = 'pending'" + of("paid", "id"),
     {KINDS, OPEN}, {"paid"}),
    ("another effective date",
     "UPDATE ledger_transaction SET effective_on = '2026-02-27'" + of("paid", "id"),
     {DAYS, CATEGORIES}, {"on 2026-02-27"}),
    ("another booking moment",
     "UPDATE ledger_transaction SET booked_at = booked_at - interval '1 day'" + of("paid", "id"),
     {SPANS}, {"hour 2026-03-01"}),
    *[(f"the counter {counter}",
       f"UPDATE ledger_account SET {counter} = {counter} + 1 WHERE uid = %(ada)s",
       {COUNTERS, SUMS} if counter.endswith("posted") else {COUNTERS}, {"ada"})
      for counter in ("credits_posted", "debits_posted", "debits_pending", "credits_pending",
                      "version")],
    ("the counter of an internal account",
     "UPDATE ledger_account SET debits_posted = debits_posted + 1 WHERE uid = %(cash)s",
     {COUNTERS, SUMS}, {"cash"}),
    ("a tail", "UPDATE ledger_tail SET debits = debits + 1", {COUNTERS, SUMS}, {"cash"}),
    ("a tail taken away", "DELETE FROM ledger_tail", {COUNTERS, SUMS}, {"cash"}),
    ("a category",
     "UPDATE ledger_account SET category = 'asset', overdraft = 9999 WHERE uid = %(bob)s",
     {VERSIONS, CATEGORIES}, {"bob"}),
    ("an account of another asset", "UPDATE ledger_account SET asset_id = 77 WHERE uid = %(bob)s",
     {BELONGS, SUMS}, {"paid"}),
    ("a hold", "UPDATE ledger_hold SET amount = amount - 1" + of("held"),
     {COUNTERS}, {"ada", "bob"}),
    ("a hold taken away", "DELETE FROM ledger_hold" + of("held"), {COUNTERS, KINDS}, {"held"}),
    ("a hold below what was captured", "UPDATE ledger_hold SET amount = 249" + of("captured"),
     {WITHIN}, {"captured"}),
    ("a resolution taken away", "DELETE FROM ledger_transaction" + of("void", "id"),
     {COUNTERS, OPEN}, {"voided"}),
    ("a resolution of another",
     f"UPDATE ledger_transaction SET pending_id = {ID.format('held')}" + of("void", "id"),
     {COUNTERS, OPEN}, {"voided", "held"}),
    ("a second resolution",
     "INSERT INTO ledger_transaction (uid, content_hash, kind, type, effective_on, booked_at,"
     " pending_id) VALUES (gen_random_uuid(), '', 'void', 'x', '2026-03-02', '2026-03-02',"
     f" {ID.format('held')})", {COUNTERS, OPEN}, {"held"}),
    ("a third resolution",
     "INSERT INTO ledger_transaction (uid, content_hash, kind, type, effective_on, booked_at,"
     " pending_id) VALUES (%(bob)s, '', 'void', 'x', '2026-03-02', '2026-03-02',"
     f" {ID.format('voided')})", {ONLY}, {"bob"}),
    ("a resolution of what is not pending",
     f"UPDATE ledger_transaction SET pending_id = {ID.format('paid')}" + of("void", "id"),
     {COUNTERS, OPEN, ONLY}, {"voided", "void"}),
    ("a resolution of nothing",
     "UPDATE ledger_transaction SET pending_id = 777777" + of("void", "id"),
     {COUNTERS, OPEN, ONLY}, {"voided", "void"}),
    ("the open list without one", "DELETE FROM ledger_open_pending" + of("held"), {OPEN}, {"held"}),
    ("the open list with one more",
     f"INSERT INTO ledger_open_pending VALUES ({ID.format('voided')}, NULL)", {OPEN}, {"voided"}),
    ("more time", "UPDATE ledger_open_pending SET expires_at = 'infinity'" + of("held"),
     {OPEN}, {"held"}),
    ("a capture of more", "UPDATE ledger_posting SET amount = 301" + of("capture"),
     {WITHIN, COUNTERS, VERSIONS, DAYS, CATEGORIES}, {"captured"}),
    ("a reversal of more", "UPDATE ledger_posting SET amount = 501" + of("reversal"),
     {WITHIN, REVERSED, COUNTERS, VERSIONS, DAYS, CATEGORIES}, {"reversed"}),
    ("a reversal of another",
     f"UPDATE ledger_transaction SET reverses_id = {ID.format('paid')}" + of("reversal", "id"),
     {WITHIN, REVERSED}, {"reversed", "paid"}),
    ("less reversed", "UPDATE ledger_reversed SET reversed = 0" + of("reversed"),
     {REVERSED}, {"reversed"}),
    ("more to reverse", "UPDATE ledger_reversed SET amount = 1000" + of("reversed"),
     {REVERSED}, {"reversed"}),
    ("nothing reversed", "DELETE FROM ledger_reversed" + of("reversed"), {REVERSED}, {"reversed"}),
    ("something into a closed period",
     "UPDATE ledger_transaction SET effective_on = '2025-12-31' WHERE id ="
     " (SELECT max(id) FROM ledger_transaction)", {CLOSED}, {"transaction "}),
    ("a daily total", "UPDATE ledger_day SET debits = debits + 1 WHERE account_id = "
     + ACCOUNT.format("ada"), {DAYS}, {"on 2026-03-02"}),
    ("a day taken away", "DELETE FROM ledger_day WHERE account_id = " + ACCOUNT.format("bob"),
     {DAYS}, {"on 2026-03-02"}),
    ("a day too many", "INSERT INTO ledger_day VALUES (1, '2026-01-05', 1, 1, 1)",
     {DAYS}, {"account 1 on 2026-01-05"}),
    ("a category's total", "UPDATE ledger_category_day SET credits = 1 WHERE category = 'asset'",
     {CATEGORIES}, {"CNY/2 asset on 2026-03-02"}),
    ("an hourly total", "UPDATE ledger_hour SET postings = postings + 1",
     {HOURS}, {"at 2026-03-02"}),
    ("an hour's span", "UPDATE ledger_hour_span SET last_sequence = last_sequence + 9",
     {SPANS}, {"hour 2026-03-02"}),
    ("progress that was not made", "UPDATE ledger_day_progress SET through_sequence = 999",
     {DAYS, CATEGORIES, HOURS, SPANS}, {"on 2026-03-02"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "checks", "named"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_was_tampered_with_is_named(
    kept: Kept, statement: str, checks: set[str], named: set[str]
) -> None:
    known = kept.parameters()
    with kept.raw.owner() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DROP INDEX uq_ledger_transaction_pending_id")  # as a superuser may
        assert connection.execute(statement.encode(), known).rowcount >= 1
        connection.execute("SET LOCAL ROLE tongbao_app")
        found = findings(connection)
        connection.rollback()
    assert {check for check, _ in found} == checks
    subjects = " ".join(subject for _, subject in found)
    for name in named:
        assert str(known.get(name, name)) in subjects


def test_nothing_is_found_where_nothing_was_tampered_with(kept: Kept) -> None:
    assert kept.raw.findings() == []


def metric(name: str) -> float | None:
    """Return a value as Prometheus would read it."""
    return REGISTRY.get_sample_value(name)


async def test_the_job_says_it_in_the_log_and_in_the_metrics(kept: Kept) -> None:
    """How many findings, and when it last looked: what an alarm is made of."""
    database = Database.connect(kept.raw.urls.app, pool_size=1)
    jobs.sign_with(SigningKey.new())
    tampering = "UPDATE ledger_account SET version = version {} WHERE uid = %s"
    try:
        with psycopg.connect(kept.raw.urls.owner) as connection:
            connection.execute(tampering.format("+ 1").encode(), [kept.raw.ada])
        with capture_logs() as said:
            await jobs.verify(JobContext(database=database, at=AT))
        assert metric("tongbao_ledger_findings") == 1
        assert metric("tongbao_ledger_verified_timestamp_seconds") == AT.timestamp()
        (line,) = said
        assert line["event"] == "ledger verification"
        assert line["log_level"] == "error"
        assert line["check"] == COUNTERS
        assert line["subject"] == f"account {kept.raw.ada}"
        assert line["expected"] != line["found"]
    finally:
        with psycopg.connect(kept.raw.urls.owner) as connection:
            connection.execute(tampering.format("- 1").encode(), [kept.raw.ada])
    later = AT.replace(hour=5)
    await jobs.verify(JobContext(database=database, at=later))
    assert metric("tongbao_ledger_findings") == 0
    assert metric("tongbao_ledger_verified_timestamp_seconds") == later.timestamp()
    await database.close()
