"""Lines: few connections of their own, whole transactions, and errors as others know them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from tongbao.infra import lines as lines_module
from tongbao.infra.db import STATEMENT_TIMEOUT_MS, TRANSACTION_IDLE_TIMEOUT_MS, Database
from tongbao.infra.driver import database_away
from tongbao.infra.lines import Line, Lines
from tongbao.infra.metrics import CONNECTIONS_IN_USE, CONNECTIONS_OPEN, watch_connections
from tongbao.infra.postgres import APP_ROLE
from tongbao.kernel.ids import new_id

PID = "SELECT pg_backend_pid()"
EXISTS = "SELECT to_regclass(%s) IS NOT NULL"
THERE = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY (%s::int[])"
ASLEEP = THERE + " AND wait_event = 'PgSleep'"
BROKEN_AT_COMMIT = """
    CREATE TEMPORARY TABLE line_twice (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)
"""


@pytest.fixture
async def bank(owner_url: str) -> AsyncIterator[Database]:
    """The database with lines of the test's own, as the role that requests have."""
    opened = Database.connect(owner_url, role=APP_ROLE)
    yield opened
    await opened.close()


@pytest.fixture
async def two(owner_url: str) -> AsyncIterator[Lines]:
    """At most two lines, for which nobody waits long."""
    lines = Lines(owner_url, "", lines_max=2, wait_seconds_max=0.2)
    yield lines
    await lines.close()


def kill(owner_url: str, pid: int) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


async def pid_of(line: Line) -> int:
    ((pid,),) = await line.fetch(PID)
    return int(pid)


async def run(opening: AbstractAsyncContextManager[Line], *statements: LiteralString) -> None:
    async with opening as line:
        for statement in statements:
            await line.fetch(statement)


async def test_a_line_has_the_role_and_the_time_outs_of_the_pool(bank: Database) -> None:
    statement = """
        SELECT current_user::text, current_setting('statement_timeout'),
               current_setting('idle_in_transaction_session_timeout')
    """
    async with bank.lines.read() as line, bank.read() as tx:
        on_line, on_session = await line.fetch(statement), await tx.fetch(statement)
    assert on_line == on_session
    assert on_line == [
        (
            APP_ROLE,
            f"{STATEMENT_TIMEOUT_MS // 1000}s",
            f"{TRANSACTION_IDLE_TIMEOUT_MS // 1000}s",
        )
    ]


async def test_the_blocks_end_commits_and_an_error_undoes(two: Lines) -> None:
    kept, undone = (f"line_{new_id().hex}" for _ in range(2))
    async with two.transaction() as line:
        await line.fetch("CREATE TABLE " + kept + " (n integer)")
    with pytest.raises(DBAPIError):
        await run(two.transaction(), "CREATE TABLE " + undone + " (n integer)", "SELECT 1 / 0")
    async with two.read() as line:
        assert await line.fetch(EXISTS, (kept,)) == [(True,)]
        assert await line.fetch(EXISTS, (undone,)) == [(False,)]


async def test_a_statement_is_durable_when_it_returns_and_is_the_only_one(two: Lines) -> None:
    name = f"line_{new_id().hex}"
    async with two.statement() as line:
        await line.fetch("CREATE TABLE " + name + " (n integer)")
        async with two.read() as other:
            assert await other.fetch(EXISTS, (name,)) == [(True,)]
        with pytest.raises(AssertionError, match="second"):
            await line.fetch("SELECT 1")


async def test_a_statement_whose_commit_fails_raises(two: Lines, owner_url: str) -> None:
    name = f"line_{new_id().hex}"
    with psycopg.connect(owner_url) as connection:
        unique = "UNIQUE DEFERRABLE INITIALLY DEFERRED"
        connection.execute(f"CREATE TABLE {name} (n integer {unique})")
    with pytest.raises(DBAPIError) as caught:
        await run(two.statement(), "INSERT INTO " + name + " VALUES (1), (1) RETURNING n")
    assert isinstance(caught.value.orig, psycopg.errors.UniqueViolation)
    async with two.read() as line:
        assert await line.fetch("SELECT count(*) FROM " + name) == [(0,)]


async def test_a_failing_commit_raises(two: Lines) -> None:
    with pytest.raises(DBAPIError) as caught:
        await run(two.transaction(), BROKEN_AT_COMMIT, "INSERT INTO line_twice VALUES (1), (1)")
    assert isinstance(caught.value.orig, psycopg.errors.UniqueViolation)
    assert not database_away(caught.value)


async def test_a_line_is_kept_for_the_next_user(two: Lines) -> None:
    async with two.transaction() as line:
        first = await pid_of(line)
    async with two.read() as line:
        assert await pid_of(line) == first


async def test_after_an_error_the_next_user_has_a_fresh_line(two: Lines) -> None:
    async with two.read() as line:
        first = await pid_of(line)
    with pytest.raises(DBAPIError) as caught:
        await run(two.read(), "SELECT 1 / 0")
    assert not database_away(caught.value)
    async with two.read() as line:
        assert await pid_of(line) != first
        assert await line.fetch("SELECT 1") == [(1,)]


async def test_a_text_that_cannot_be_sent_says_nothing_of_the_database(two: Lines) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with two.read() as line:
            await line.fetch("SELECT %s::text", ("\0",))
    assert not database_away(caught.value)


async def test_no_more_lines_than_allowed(owner_url: str) -> None:
    pids: set[int] = set()
    used = most = 0
    both_used = asyncio.Event()
    two = Lines(owner_url, "", lines_max=2, wait_seconds_max=60)

    async def use() -> None:
        nonlocal used, most
        async with two.read() as line:
            used += 1
            most = max(most, used)
            pids.add(await pid_of(line))
            if used == 2:
                both_used.set()
            await both_used.wait()
            used -= 1

    try:
        await asyncio.gather(*[use() for _ in range(50)])
    finally:
        await two.close()
    assert most == 2
    assert len(pids) == 2


async def test_who_waits_too_long_is_told_that_the_database_is_away(two: Lines) -> None:
    async with two.read(), two.read():
        with pytest.raises(NoFreeConnection) as caught:
            async with two.read():
                pytest.fail("a third line")
    assert database_away(caught.value)
    async with two.read(), two.read():  # the one that was refused has taken nothing away
        pass


async def test_a_connection_that_breaks_in_use_is_away(two: Lines, owner_url: str) -> None:
    async def die() -> None:
        async with two.transaction() as line:
            await asyncio.to_thread(kill, owner_url, await pid_of(line))
            await line.fetch("SELECT 1")

    with pytest.raises(DBAPIError) as caught:
        await die()
    assert database_away(caught.value)
    async with two.read() as line:
        assert await line.fetch("SELECT 1") == [(1,)]


async def test_a_line_that_broke_while_idle_is_replaced(
    two: Lines, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two.read() as line:
        first = await pid_of(line)
    await asyncio.to_thread(kill, owner_url, first)
    monkeypatch.setattr(lines_module, "IDLE_SECONDS_MAX", 0.0)
    async with two.read() as line:
        assert await pid_of(line) != first


async def test_a_server_that_is_not_there_is_away() -> None:
    nowhere = Lines("postgresql://nobody@127.0.0.1:1/nothing", "")
    for _ in range(10):  # more often than there are lines: a failure takes none away
        with pytest.raises(DBAPIError) as caught:
            async with nowhere.read():
                pytest.fail("a line to nowhere")
        assert database_away(caught.value)


async def test_a_cancelled_user_leaves_no_line_behind_in_a_transaction(
    two: Lines, owner_url: str
) -> None:
    name = f"line_{new_id().hex}"
    pids: list[int] = []

    async def never_ends() -> None:
        async with two.transaction() as line:
            pids.append(await pid_of(line))
            await line.fetch("CREATE TABLE " + name + " (n integer)")
            await line.fetch("SELECT pg_sleep(60)")

    task = asyncio.create_task(never_ends())
    async with (
        asyncio.timeout(20),
        await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as other,
    ):
        while await (await other.execute(ASLEEP, (pids,))).fetchone() != (1,):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while await (await other.execute(THERE, (pids,))).fetchone() != (0,):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with two.read() as line, two.read():
        assert await line.fetch(EXISTS, (name,)) == [(False,)]


async def test_closing_ends_idle_lines_at_once_and_used_ones_after_use(owner_url: str) -> None:
    lines = Lines(owner_url, "")
    async with lines.read() as used:
        async with lines.read() as idle:
            pass
        await lines.close()
        assert idle.connection.closed
        assert await used.fetch("SELECT 1") == [(1,)]
    assert used.connection.closed


async def test_lines_count_among_the_connections(owner_url: str) -> None:
    database = Database.connect(owner_url)
    watch_connections(database)
    opened, used = gauges()
    async with database.lines.read(), database.lines.read():
        assert gauges() == (opened + 2, used + 2)
    assert gauges() == (opened + 2, used)
    with pytest.raises(DBAPIError):
        async with database.lines.read() as line:
            await line.fetch("SELECT 1 / 0")
    assert gauges() == (opened + 1, used)
    await database.close()
    assert gauges() == (opened, used)


def gauges() -> tuple[float, float]:
    """Return how many connections are open and in use by what the gauges say."""
    return tuple(  # type: ignore[return-value]
        sample.value
        for gauge in (CONNECTIONS_OPEN, CONNECTIONS_IN_USE)
        for metric in gauge.collect()
        for sample in metric.samples
    )
