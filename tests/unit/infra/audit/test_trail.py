"""Entries get there by one door, in order and in their month, and nothing takes them away."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import select, text

from tests.support.audit_trail import AuditTrail
from tongbao.infra import audit
from tongbao.infra.audit.models import EntryRow
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import Urls
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def urls(trail: AuditTrail) -> Urls:
    return trail.urls


async def found(tx: WriteSession, object_id: UUID | str) -> list[EntryRow]:
    query = select(EntryRow).where(EntryRow.object_id == str(object_id)).order_by(EntryRow.seq)
    return list(await tx.scalars(query))


async def test_an_entry_says_who_what_for_whom_why_and_from_where(tx: WriteSession) -> None:
    actor, session, party, thing = new_id(), new_id(), new_id(), new_id()
    who = audit.Caller(
        actor_id=actor,
        kind="staff",
        roles=("staff_risk", "auditor"),
        session_id=session,
        address="2001:db8::1",
        device=audit.device_of("curl/8"),
        request_id="r-1",
        reason="客户来电核对",
    )
    with audit.by(who):
        await audit.record(
            tx,
            [
                audit.Entry(
                    action="parties.document.revealed",
                    subject=party,
                    object_type="parties_document",
                    object_id=thing,
                    before=audit.digest_of("old"),
                    after=audit.digest_of(b"new"),
                )
            ],
            at=AT,
        )
    (row,) = await found(tx, thing)
    assert (row.at, row.action, row.outcome, row.code) == (
        AT,
        "parties.document.revealed",
        "done",
        None,
    )
    assert (row.actor_id, row.actor_kind, row.actor_roles) == (actor, "staff", "staff_risk auditor")
    assert (row.session_id, row.subject_id, row.object_type) == (session, party, "parties_document")
    assert (row.before, row.after) == (audit.digest_of("old"), audit.digest_of("new"))
    assert (row.reason, row.address, row.request_id) == ("客户来电核对", "2001:db8::1", "r-1")
    assert row.device == audit.device_of("curl/8")
    assert row.keep_years == 10  # parties: what the Anti-Money-Laundering Law is about


async def test_what_an_entry_says_itself_wins_over_its_surroundings(tx: WriteSession) -> None:
    thing, other = new_id(), new_id()
    with audit.by(audit.Caller(kind="staff", reason="the request's")):
        await audit.record(
            tx,
            [
                audit.Entry(action="notes.read", object_id=thing, reason="its own", keep_years=10),
                audit.Entry(
                    action="notes.write",
                    object_id=thing,
                    outcome="refused",
                    code="auth.forbidden",
                    who=audit.Caller(actor_id=other, kind="customer"),
                ),
            ],
            at=AT,
        )
    first, second = await found(tx, thing)
    assert (first.reason, first.keep_years, first.actor_kind) == ("its own", 10, "staff")
    assert (second.reason, second.keep_years, second.actor_id) == (None, 5, other)
    assert (second.outcome, second.code) == ("refused", "auth.forbidden")
    assert first.seq < second.seq


async def test_without_anybody_named_it_is_the_system(tx: WriteSession) -> None:
    thing = new_id()
    await audit.record(tx, [audit.Entry(action="notes.purged", object_id=thing)], at=AT)
    (row,) = await found(tx, thing)
    assert (row.actor_kind, row.actor_id, row.address) == ("system", None, None)


async def test_a_batch_keeps_its_order(tx: WriteSession) -> None:
    things = [str(new_id()) for _ in range(1_000)]
    await audit.record(tx, [audit.Entry(action="a.b", object_id=each) for each in things], at=AT)
    rows = await tx.scalars(
        select(EntryRow.object_id).where(EntryRow.object_id.in_(things)).order_by(EntryRow.seq)
    )
    assert list(rows) == things


async def test_no_entries_is_no_statement_and_no_time_zone_no_entry(tx: WriteSession) -> None:
    await audit.record(tx, [], at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        await audit.record(tx, [audit.Entry(action="a.b")], at=AT.replace(tzinfo=None))


async def test_what_is_rolled_back_was_never_there(database: Database) -> None:
    thing = new_id()
    async with database.write() as tx, tx.begin_nested() as undone:
        await audit.record(tx, [audit.Entry(action="a.b", object_id=thing)], at=AT)
        await undone.rollback()
    async with database.write() as tx:
        assert await found(tx, thing) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"action": "a"},
        {"action": "a" * 101},
        {"action": "a.b", "outcome": "refused"},
        {"action": "a.b", "code": "x.y"},
        {"action": "a.b", "keep_years": 7},
        {"action": "a.b", "reason": "x" * 201},
        {"action": "a.b", "object_id": "x" * 201},
    ],
)
async def test_the_table_refuses_what_is_no_entry(database: Database, bad: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"ck_infra_audit|no partition"):
        async with database.write() as tx:
            await audit.record(tx, [audit.Entry(**bad)], at=AT)


# --- months -------------------------------------------------------------------------------------


def months(owner: str) -> list[str]:
    with psycopg.connect(owner) as connection:
        rows = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'infra_audit'::regclass ORDER BY 1"
        ).fetchall()
    return [name for (name,) in rows]


async def test_the_first_entry_of_a_month_makes_it(trail: AuditTrail, urls: Urls) -> None:
    assert months(urls.owner) == []
    last_moment = datetime(2026, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    for at in (AT, last_moment, last_moment + timedelta(microseconds=1)):
        async with trail.database.write() as tx:
            await audit.record(
                tx, [audit.Entry(action="a.b"), audit.Entry(action="ledger.b")], at=at
            )
    assert months(urls.owner) == ["infra_audit_months.m202603", "infra_audit_months.m202604"]
    with psycopg.connect(urls.owner) as connection:
        counts = connection.execute(
            "SELECT tableoid::regclass::text, count(*) FROM infra_audit GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert counts == [
        ("infra_audit_months.m202603_10", 2),
        ("infra_audit_months.m202603_5", 2),
        ("infra_audit_months.m202604_10", 1),
        ("infra_audit_months.m202604_5", 1),
    ]


async def test_two_who_need_the_same_new_month_make_it_once(trail: AuditTrail, urls: Urls) -> None:
    with psycopg.connect(urls.app) as one, psycopg.connect(urls.app) as another:
        one.execute("SELECT infra_audit_make_month(%s)", (AT,))
        another.execute("SET lock_timeout = '50ms'")
        with pytest.raises(errors.LockNotAvailable):  # it waits for the first one's end
            another.execute("SELECT infra_audit_make_month(%s)", (AT,))
        one.commit()
        another.rollback()
        assert another.execute("SELECT infra_audit_make_month(%s)", (AT,)).fetchone() == (False,)
    assert months(urls.owner) == ["infra_audit_months.m202603"]


async def test_who_waited_for_a_new_month_finds_it(trail: Database, urls: Urls) -> None:
    make = "SELECT infra_audit_make_month(%s)"
    with psycopg.connect(urls.app) as one, psycopg.connect(urls.app) as another:
        one.execute(make, (AT,))
        waiting = asyncio.create_task(asyncio.to_thread(another.execute, make, (AT,)))
        with psycopg.connect(urls.app, autocommit=True) as watcher:
            async with asyncio.timeout(30):
                while True:
                    if watcher.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                        break
                    await asyncio.sleep(0.01)
        one.commit()
        assert (await waiting).fetchone() == (False,)


async def test_making_a_month_stops_nobody_who_reads_or_appends(
    trail: AuditTrail, urls: Urls
) -> None:
    async with trail.database.write() as tx:
        await audit.record(tx, [audit.Entry(action="a.b")], at=AT)
    with psycopg.connect(urls.app) as maker, psycopg.connect(urls.app) as other:
        maker.execute("SELECT infra_audit_make_month(%s)", (AT + timedelta(days=31),))
        other.execute("SET lock_timeout = '50ms'")
        assert other.execute("SELECT count(*) FROM infra_audit").fetchone() == (1,)
        other.execute(APPEND)


@pytest.mark.parametrize("at", [datetime(2019, 12, 31, 23, 59, tzinfo=UTC), None])
async def test_a_month_that_cannot_be_is_not_made(urls: Urls, at: datetime | None) -> None:
    later = now() + timedelta(days=61 * 31)
    with psycopg.connect(urls.app) as connection, pytest.raises(errors.DatetimeFieldOverflow):
        connection.execute("SELECT infra_audit_make_month(%s)", (at or later,))


# --- the application's role, and the owner ------------------------------------------------------

REFUSED = [
    "INSERT INTO infra_audit (at, seq, keep_years, action, outcome, actor_kind)"
    " VALUES (now(), 1, 5, 'a.b', 'done', 'system')",
    "UPDATE infra_audit SET action = 'x.y'",
    "DELETE FROM infra_audit",
    "TRUNCATE infra_audit",
    "ALTER TABLE infra_audit DISABLE TRIGGER ALL",
    "DROP TABLE infra_audit",
    "SELECT nextval('infra_audit_seq')",
    "SELECT setval('infra_audit_seq', 1)",
    "SELECT * FROM infra_audit_months.m202603_5",
    "DELETE FROM infra_audit_months.m202603_5",
    "TRUNCATE infra_audit_months.m202603_5",
    "DROP TABLE infra_audit_months.m202603_5",
    "ALTER TABLE infra_audit DETACH PARTITION infra_audit_months.m202603",
    "CREATE TABLE infra_audit_months.mine ()",
    "UPDATE infra_audit_tree_node SET hash = hash",
    "DELETE FROM infra_audit_tree_node",
    "TRUNCATE infra_audit_tree_node",
    "UPDATE infra_audit_tree_checkpoint SET root = root",
    "DELETE FROM infra_audit_tree_checkpoint",
    "TRUNCATE infra_audit_tree_checkpoint",
    "INSERT INTO infra_audit_retired VALUES (0, 1, '{1}', ''::bytea)",
    "DELETE FROM infra_audit_retired",
    "DELETE FROM infra_audit_alert",
    "UPDATE infra_audit_alert SET opened_at = now()",
]


@pytest.fixture
async def filled(trail: AuditTrail) -> AuditTrail:
    async with trail.database.write() as tx:
        await audit.record(tx, [audit.Entry(action="a.b"), audit.Entry(action="ledger.b")], at=AT)
    return trail


@pytest.mark.parametrize("statement", REFUSED)
async def test_the_application_cannot_touch_it(
    filled: AuditTrail, urls: Urls, statement: str
) -> None:
    del filled
    with psycopg.connect(urls.app) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE infra_audit SET action = 'x.y'",
        "DELETE FROM infra_audit",
        "TRUNCATE infra_audit",
        "UPDATE infra_audit_months.m202603_5 SET action = 'x.y'",
        "DELETE FROM infra_audit_months.m202603_10",
        "TRUNCATE infra_audit_months.m202603_5",
        "TRUNCATE infra_audit_months.m202603",
        "TRUNCATE infra_audit_tree_node",
        "TRUNCATE infra_audit_tree_checkpoint",
        "TRUNCATE infra_audit_retired",
    ],
)
async def test_even_the_owner_runs_into_a_trap(
    filled: AuditTrail, urls: Urls, statement: str
) -> None:
    del filled
    with (
        psycopg.connect(urls.owner) as connection,
        pytest.raises(errors.IntegrityConstraintViolation, match="append-only"),
    ):
        connection.execute(statement.encode())


async def test_running_the_sql_files_again_gives_the_role_nothing(
    filled: AuditTrail, urls: Urls
) -> None:
    del filled
    with psycopg.connect(urls.owner) as connection:
        rows = connection.execute(
            "SELECT c.relname, p FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE',"
            " 'TRUNCATE']) p WHERE c.relnamespace = 'infra_audit_months'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND has_table_privilege('tongbao_app', c.oid, p)"
        ).fetchall()
    assert rows == []


# --- settled ------------------------------------------------------------------------------------


def settled(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT infra_audit_settled()").fetchone()
    assert row is not None
    number: int = row[0]
    return number


APPEND = (
    b"SELECT infra_audit_append('2026-03-02 04:00Z', 1, '{5}', '{a.b}', '{done}', NULL, NULL,"
    b" '{system}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
)


async def test_the_settled_number_waits_for_whoever_is_still_writing(urls: Urls) -> None:
    with (
        psycopg.connect(urls.app) as slow,
        psycopg.connect(urls.app) as quick,
        psycopg.connect(urls.app, autocommit=True) as reader,
    ):
        quick.execute(APPEND)
        quick.commit()
        before = settled(reader)
        slow.execute(APPEND)
        quick.execute(APPEND)
        quick.commit()
        assert settled(reader) == before  # the slow one's number lies between
        slow.execute(APPEND)  # again in the same transaction: nothing changes
        assert settled(reader) == before
        slow.commit()
        assert settled(reader) == before + 3


async def test_numbers_of_who_rolled_back_are_settled_too(urls: Urls) -> None:
    with psycopg.connect(urls.app) as one, psycopg.connect(urls.app, autocommit=True) as reader:
        one.execute(APPEND)
        one.rollback()
        one.execute(APPEND)
        one.commit()
        assert settled(reader) == 2
        rows = reader.execute("SELECT seq FROM infra_audit").fetchall()
    assert rows == [(2,)]


async def test_nobody_lifts_the_announcement_by_a_setting(urls: Urls) -> None:
    with psycopg.connect(urls.app) as one, psycopg.connect(urls.app, autocommit=True) as reader:
        one.execute("SET LOCAL tongbao.audit_announced = '999999999999999999'")
        one.execute(APPEND)
        assert settled(reader) == 0


def test_the_pairs_that_reasons_are_found_by(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            text("SELECT infra_audit_pairs('客户Ab'), infra_audit_pairs('x')").text
        )
        (pairs, one) = rows.fetchone() or ((), ())
    assert sorted(pairs) == sorted(["客户", "户a", "ab"])
    assert one == ["x"]
