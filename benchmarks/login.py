"""How fast people log in, and what a storm of log-ins does to everybody else.

    tongbao bench login --json            # about a minute

The API runs as deployed (worker processes, durable commits); the load comes from this process, on
the same machine. Each log-in is a right password of one of many users, from an address of its own.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import httpx2

from benchmarks.support.api import api
from benchmarks.support.scene import Scene, scene
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import DeviceFacts, Role, UserKind
from tongbao.infra import keys
from tongbao.infra.auth import Actor, require
from tongbao.infra.settings import DEFAULT_SECRET_KEY
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

USERS = 40
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that is gone in two minutes
ACCOUNTS = 1_000
READS = 600
STORM_SECONDS = 8.0
STORM_CALLERS = 8
CHECKS = 2_000
PERMISSION_CHECKS = 100_000


async def measure(*, deep: bool = False) -> dict[str, float]:
    """Return the figures by name; `deep` storms three times as long."""
    keys.use(DEFAULT_SECRET_KEY)
    async with scene(accounts=ACCOUNTS) as (stage, _server):
        secret, token = await _people(stage)
        session_check_ms = await _session_checks(stage, secret)
        async with api(stage) as (port, _process):
            base = f"http://127.0.0.1:{port}/api/v1"
            idle_ms = await _reads(base, token, stage)
            storm = asyncio.create_task(_storm(base, STORM_SECONDS * (3 if deep else 1)))
            await asyncio.sleep(1.0)
            busy_ms = await _reads(base, token, stage, while_running=storm)
            logins, seconds = await storm
    return {
        "logins_per_s": round(logins / seconds, 1),
        "read_p50_idle_ms": round(statistics.median(idle_ms), 2),
        "read_p99_idle_ms": round(_p99(idle_ms), 2),
        "read_p50_storm_ms": round(statistics.median(busy_ms), 2),
        "read_p99_storm_ms": round(_p99(busy_ms), 2),
        "read_p99_storm_ratio": round(_p99(busy_ms) / _p99(idle_ms), 2),
        "session_check_p50_ms": round(session_check_ms, 3),
        "permission_check_us": round(_permission_check_us(), 2),
    }


async def _people(stage: Scene) -> tuple[str, str]:
    """Make users; return the session secret of one, and the token of a reader of the ledger."""
    async with stage.database.write() as tx:
        for n in range(USERS):
            await identity.create_user(
                tx,
                login=f"bench-{n}",
                password=PASSWORD,
                name="bench",
                kind=UserKind.SERVICE,
                roles=[Role.SERVICE],
                at=now(),
            )
        reader = await identity.find_user(tx, login="bench-0")
        assert reader is not None
        session = await identity.begin_session(
            tx,
            user_id=reader.id,
            factors=frozenset({"password"}),
            device=DeviceFacts(None, None, "127.0.0.1", "bench"),
            at=now(),
        )
        issued = await identity.issue_token(
            tx, user_id=reader.id, factors=frozenset({"password"}), at=now()
        )
    return session.secret, issued.token


async def _session_checks(stage: Scene, secret: str) -> float:
    """Return the median milliseconds of finding whom a session's cookie stands for."""
    async with stage.database.read() as tx:

        async def check() -> None:
            assert await identity.BrowserSessions.find(tx, secret, now()) is not None

        return statistics.median(await _timed(check, CHECKS))


async def _reads(
    base: str, token: str, stage: Scene, while_running: "asyncio.Task[object] | None" = None
) -> list[float]:
    """Return the milliseconds of reads of an account's balance, one after the other."""
    path = f"{base}/ledger/accounts/{stage.customers[0]}"
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, trust_env=False) as client:

        async def read() -> None:
            (await client.get(path)).raise_for_status()

        for _ in range(50):
            await read()
        taken: list[float] = []
        while len(taken) < READS and (while_running is None or not while_running.done()):
            taken += await _timed(read, 1)
        return taken


async def _storm(base: str, length: float) -> tuple[int, float]:
    """Log in on several connections at once; return how many succeeded in how many seconds."""
    done = 0
    started = time.perf_counter()
    users = iter(range(10**9))

    async def call() -> None:
        nonlocal done
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
            while time.perf_counter() < started + length:
                form = {"username": f"bench-{next(users) % USERS}", "password": PASSWORD}
                answer = await client.post(f"{base}/identity/tokens", data=form)
                assert answer.status_code in {201, 503}, answer.text
                done += answer.status_code == httpx2.codes.CREATED

    await asyncio.gather(*(call() for _ in range(STORM_CALLERS)))
    return done, time.perf_counter() - started


async def _timed(work: Callable[[], Awaitable[None]], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _permission_check_us() -> float:
    """Return the microseconds of asking an actor for one permission."""
    actor = Actor(id=new_id(), kind="staff", name="bench", permissions=frozenset({"ledger:read"}))
    check = require("ledger:read").check
    began = time.perf_counter()
    for _ in range(PERMISSION_CHECKS):
        check(actor)
    return (time.perf_counter() - began) / PERMISSION_CHECKS * 1e6


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]
