"""kill -9 under load: the API's processes, and apart from it the whole PostgreSQL server.

The law: what was acknowledged is there once, nothing is there by half, and what nobody knows about
ends exactly once when it is asked for again under the same id.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import psutil
import psycopg
import pytest
import pytest_asyncio

from tests.recovery.ledger_load import Asked, Client, told
from tests.support.programs import Program, answers, free_port, program
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.infra.db import Database
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres, Urls
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

CLIENTS = 16
ACCOUNTS = 30
LOAD_SECONDS = 1.0
ACKNOWLEDGED_MIN = 100
PASSWORD = "correct horse battery"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@dataclass
class Site:
    """A durable PostgreSQL of this file's own, and the API before it."""

    folder: Path
    postgres: EmbeddedPostgres
    urls: Urls
    port: int = field(default_factory=free_port)
    api: Program | None = None
    starts: int = 0
    processes: ExitStack = field(default_factory=ExitStack)
    token: str = ""
    accounts: list[str] = field(default_factory=list)
    cash: str = ""
    asked: list[Asked] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TONGBAO_DATABASE_URL": self.urls.app,
            "TONGBAO_MIGRATION_DATABASE_URL": self.urls.owner,
            "TONGBAO_DATABASE_ROLE": "",
            "TONGBAO_DATA_DIR": str(self.folder / "data"),
            "TONGBAO_PORT": str(self.port),
            "TONGBAO_API_WORKERS": "1",
            "TONGBAO_LOG_LEVEL": "error",
        }

    def serve(self) -> None:
        """Start the API, and wait until it answers."""
        self.starts += 1
        log = self.folder / f"serve-{self.starts}.log"
        started = program("serve", environment=self.environment, log=log)
        self.api = self.processes.enter_context(started)
        self.api.wait_until(lambda: answers(f"{self.address}/health/ready"), "answer")

    def kill_api(self) -> None:
        """Kill every process of the API at once, as a power cut would."""
        assert self.api is not None
        family = [psutil.Process(self.api.process.pid), *self.api.children()]
        kill(family)
        self.api.process.wait(30)

    def kill_postgres(self) -> None:
        """Kill the server and every process of its own."""
        assert self.postgres.pid is not None
        server = psutil.Process(self.postgres.pid)
        server.suspend()  # so that it starts nobody anew meanwhile
        kill([*server.children(recursive=True), server])
        psutil.wait_procs([server], timeout=10)
        assert self.postgres.pid is None

    @asynccontextmanager
    async def http(self) -> AsyncIterator[httpx2.AsyncClient]:
        async with httpx2.AsyncClient(
            base_url=f"{self.address}/api/v1",
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
            timeout=20,
            trust_env=False,
        ) as client:
            yield client

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.urls.owner) as connection:
            return connection.execute(query.encode()).fetchall()

    def verified(self) -> dict[str, Any]:
        """Run `tongbao verify` as a person would."""
        ended = subprocess.run(
            [sys.executable, "-m", "tongbao", "verify", "--json"],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
            env={**self.environment, "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        document: dict[str, Any] = json.loads(ended.stdout)
        return document


def kill(family: Sequence[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    # Started by root, the database runs as another user, who may not enter pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="tongbao-recovery-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(place: Path) -> AsyncIterator[Site]:
    with EmbeddedPostgres(place / "server") as postgres:  # fsync is on
        urls = postgres.urls()
        run_migrations(urls.owner)
        made = Site(place, postgres, urls)
        with made.processes:
            made.serve()
            await furnish(made)
            yield made


async def furnish(site: Site) -> None:
    """Give another system a log-in, and open funded accounts and a hot internal one."""
    database = Database.connect(site.urls.app, pool_size=1)
    async with database.write() as tx:
        await identity.create_user(
            tx,
            login="recovery",
            password=PASSWORD,
            name="核心系统",
            kind=UserKind.SERVICE,
            roles=[Role.SERVICE],
            at=now(),
        )
    await database.close()
    async with site.http() as http:
        form = {"username": "recovery", "password": PASSWORD}
        answer = await http.post("/identity/tokens", data=form)
        site.token = answer.raise_for_status().json()["access_token"]
    async with site.http() as http:

        async def account(**facts: object) -> str:
            answer = await http.post("/ledger/accounts", json={"asset": "CNY/2", **facts})
            return str(answer.raise_for_status().json()["id"])

        site.cash = await account(category="asset", overdraft=None)
        site.accounts = [await account(category="liability") for _ in range(ACCOUNTS)]
        funds = [
            {
                "id": str(new_id()),
                "type": "funding",
                "postings": [
                    {
                        "debit": site.cash,
                        "credit": each,
                        "amount": {"amount": "1000000.00", "asset": "CNY/2"},
                    }
                ],
            }
            for each in site.accounts
        ]
        answer = await http.post("/ledger/batches", json={"transactions": funds})
        assert {each["status"] for each in answer.json()["results"]} == {"posted"}


def booked(site: Site) -> dict[str, tuple[int, int]]:
    """Return every transaction of the load that is there: its postings and its holds."""
    rows = site.rows(
        "SELECT t.uid::text,"
        " (SELECT count(*) FROM ledger_posting p WHERE p.transaction_id = t.id),"
        " (SELECT count(*) FROM ledger_hold h WHERE h.transaction_id = t.id)"
        " FROM ledger_transaction t WHERE t.type <> 'funding'"
    )
    assert len({uid for uid, _, _ in rows}) == len(rows), "an id is there twice"
    return {uid: (postings, holds) for uid, postings, holds in rows}


async def keep_house(site: Site, stop: asyncio.Event) -> None:
    """Roll up and extend all the while, as the worker's jobs do; being cut off is no matter."""
    while not stop.is_set():
        with suppress(psycopg.OperationalError):
            async with await psycopg.AsyncConnection.connect(site.urls.app) as connection:
                await connection.execute("SELECT ledger_roll_up(50)")
                await connection.execute("SELECT ledger_extend_days(200)")
        await asyncio.sleep(0.05)


def gave_up(clients: Sequence[Client]) -> list[Asked]:
    """Return the requests nobody knows about that were not under way just now."""
    last = [client.asked[-1] for client in clients if client.asked]
    return [asked for asked in last if asked.said == "unknown" and asked.detail]


async def under_load(
    site: Site, http: httpx2.AsyncClient, disaster: Callable[[], None], *, seed: int
) -> list[Client]:
    """Let clients work, let disaster strike in the middle of it, and wait until all gave up."""
    clients = [Client(http, site.accounts, site.cash, Random(seed + n)) for n in range(CLIENTS)]
    stop = asyncio.Event()
    house = asyncio.create_task(keep_house(site, stop))
    working = [asyncio.create_task(client.work(stop)) for client in clients]
    await asyncio.sleep(LOAD_SECONDS)
    while told(clients)["acknowledged"] < ACKNOWLEDGED_MIN:
        assert not gave_up(clients)
        await asyncio.sleep(0.05)
    assert not gave_up(clients)
    await asyncio.to_thread(disaster)
    await asyncio.gather(*working)
    stop.set()
    await house
    return clients


def assert_nothing_is_lost_or_halved(site: Site, everything: Sequence[Asked]) -> None:
    there = booked(site)
    possible = {uid: whole for asked in everything for uid, whole in asked.makes.items()}
    assert there.keys() <= possible.keys(), "something is there that nobody asked for"
    for uid, whole in there.items():
        assert whole == possible[uid], f"{uid} is there by half"
    for asked in everything:
        present = asked.makes.keys() & there.keys()
        if asked.said == "acknowledged":
            assert present == asked.makes.keys(), f"acknowledged and lost: {asked}"
        elif asked.said == "refused":
            assert not present, asked
        else:  # one request is one commit
            assert present in (set(), asked.makes.keys()), f"half a batch is there: {asked}"


async def ask_again(clients: Sequence[Client], unknown: Sequence[tuple[Client, Asked]]) -> None:
    """Ask again for what nobody knows about, and then once more."""
    for client, asked in unknown:
        await client.ask(asked)
        # What it was about may never have been booked; then this cannot be either.
        assert asked.said in {"acknowledged", "refused"}, asked
        if asked.said == "refused":
            assert "ledger.unknown_target" in asked.detail, asked
    for client, asked in unknown:
        if asked.said == "acknowledged":
            await client.ask(asked)
            statuses = json.loads(asked.detail)
            results = statuses.get("results", [statuses])
            assert {each["status"] for each in results} == {"duplicate"}, asked
    assert told(clients)["unknown"] == 0


async def survive(
    site: Site,
    disaster: Callable[[], None],
    recovery: Callable[[], Awaitable[None]],
    *,
    seed: int,
) -> None:
    """Go through one disaster, and judge by all that was ever asked for."""
    async with site.http() as http:
        clients = await under_load(site, http, disaster, seed=seed)
    unknown = [(c, asked) for c in clients for asked in c.asked if asked.said == "unknown"]
    site.asked += [asked for client in clients for asked in client.asked]
    everything = site.asked
    assert unknown, "disaster struck while nobody was waiting for an answer"
    assert told(clients)["acknowledged"] >= ACKNOWLEDGED_MIN
    await recovery()
    assert_nothing_is_lost_or_halved(site, everything)
    async with site.http() as http:
        for client in clients:
            client.http = http
        await ask_again(clients, unknown)
    assert_nothing_is_lost_or_halved(site, everything)
    kinds = {path.rpartition("/")[2] for path in (asked.path for asked in everything)}
    assert kinds == {"transactions", "batches", "capture", "void", "reversal"}
    assert site.verified() == {"findings": []}
    ((adds_up,),) = site.rows(
        "SELECT sum(debits_posted - credits_posted) + coalesce((SELECT sum(debits - credits)"
        " FROM ledger_tail), 0) = 0 FROM ledger_account"
    )
    assert adds_up


async def test_the_api_is_killed(site: Site) -> None:
    async def recover() -> None:
        await asyncio.to_thread(site.serve)

    await survive(site, site.kill_api, recover, seed=100)


async def test_postgresql_is_killed(site: Site) -> None:
    async def recover() -> None:
        assert site.api is not None
        assert site.api.process.poll() is None, "the API outlives its database"
        await asyncio.to_thread(site.postgres.start)
        await asyncio.to_thread(
            site.api.wait_until, lambda: answers(f"{site.address}/health/ready"), "recovery"
        )
        ((durable,),) = site.rows("SELECT current_setting('fsync') = 'on'")
        assert durable

    await survive(site, site.kill_postgres, recover, seed=200)
