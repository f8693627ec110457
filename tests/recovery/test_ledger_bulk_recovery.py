"""kill -9 of PostgreSQL while a long list is booked: repeating the list books each exactly once."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from tests.concurrency.test_ledger import open_accounts, transfer
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import Account, NewTransaction, bulk
from tongbao.infra.db import Database
from tongbao.infra.driver import database_away
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
BATCH = 20
COUNT = 10 * BATCH
WAIT_SECONDS_MAX = 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="tongbao-bulk-"))
    folder.chmod(0o755)
    with EmbeddedPostgres(folder / "server") as postgres:  # fsync is on
        run_migrations(postgres.urls().owner)
        yield postgres
    shutil.rmtree(folder)


def kill(postgres: EmbeddedPostgres) -> None:
    """Kill the server and every process of its own, as a power cut would."""
    assert postgres.pid is not None
    main = psutil.Process(postgres.pid)
    main.suspend()  # so that it starts nobody anew meanwhile
    family = [*main.children(recursive=True), main]
    for process in family:
        process.kill()
    psutil.wait_procs([main], timeout=10)


def booked(postgres: EmbeddedPostgres) -> list[tuple[str, int]]:
    """Return each transaction of the list that is there, and how many postings it has."""
    with psycopg.connect(postgres.urls().owner) as connection:
        return connection.execute(
            "SELECT t.uid::text, (SELECT count(*) FROM ledger_posting p"
            "                      WHERE p.transaction_id = t.id)"
            "  FROM ledger_transaction t WHERE t.effective_on = '2026-03-01'"
        ).fetchall()


def list_of(accounts: list[Account]) -> list[NewTransaction]:
    """Return transfers over all accounts; the very last one touches the first account."""
    made = []
    for number in range(COUNT):
        debit, credit = (number + 1) % len(accounts), (number + 2) % len(accounts)
        made.append(transfer(accounts[debit], accounts[credit], 1))
    last = transfer(accounts[0], accounts[1], 1)
    plain = [*made, last]
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    return [
        NewTransaction(id=new.id, type=new.type, postings=new.postings, effective_on=day)
        for new in plain
        if new is last or accounts[0].id not in {new.postings[0].debit, new.postings[0].credit}
    ]


async def test_repeated_after_a_kill_a_list_is_booked_exactly_once(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "POSTINGS_PER_TURN", BATCH)
    database = Database.connect(server.urls().app)
    transactions = list_of(await open_accounts(database, 100, funds=1_000))
    holder = psycopg.connect(server.urls().owner)
    # So that it cannot end before the blow: its last transaction waits for this lock.
    holder.execute(
        "SELECT FROM ledger_account WHERE uid = %s FOR UPDATE",
        [transactions[-1].postings[0].debit],
    )
    calls = asyncio.create_task(ledger.post_many(database, transactions, clock=lambda: AT))
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while True:
            durable = booked(server)
            if len(durable) >= 3 * BATCH:
                break
            await asyncio.sleep(0.01)
    kill(server)
    with pytest.raises(DBAPIError) as raised:
        await calls
    assert database_away(raised.value)
    holder.close()
    await database.close()
    await asyncio.to_thread(server.start)
    there = booked(server)
    assert set(durable) <= set(there)
    assert len(there) < len(transactions)
    database = Database.connect(server.urls().app)
    results = await ledger.post_many(database, transactions, clock=lambda: AT)
    await database.close()
    again = {str(each.transaction_id) for each in results if each.status == "duplicate"}
    assert again == {uid for uid, _ in there}
    assert {each.status for each in results} == {"posted", "duplicate"}
    assert sorted(booked(server)) == sorted((str(new.id), 1) for new in transactions)
