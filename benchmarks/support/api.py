"""The API as it is deployed, on two worker processes, and a load on it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx2
import psutil

from benchmarks.support.scene import Scene
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.infra.postgres import Urls
from tongbao.kernel.clock import now

WORKERS = 2
CONNECTIONS = 64
READY_SECONDS_MAX = 60
OVERHEAD_SECONDS_MAX = 30
LOGIN = "bench"
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that is gone in two minutes


class Served(Protocol):
    """A bank whose API is to be served."""

    @property
    def urls(self) -> Urls:
        """Return how its database is reached."""


@asynccontextmanager
async def api(scene: Served) -> AsyncIterator[tuple[int, psutil.Process]]:
    """Serve the API; give its port and its main process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(  # noqa: ASYNC220 - our own program
        [sys.executable, "-m", "tongbao", "serve"],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env={
            **os.environ,
            "TONGBAO_DATABASE_URL": scene.urls.app,
            "TONGBAO_DATABASE_ROLE": "",
            "TONGBAO_PORT": str(port),
            "TONGBAO_API_WORKERS": str(WORKERS),
            "TONGBAO_LOG_FORMAT": "json",
        },
    )
    try:
        await _until_ready(port)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(READY_SECONDS_MAX), httpx2.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/health/ready")).is_success:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.2)


async def token(scene: Scene) -> str:
    """Return the token of a service that may book."""
    async with scene.database.write() as tx:
        user = await identity.create_user(
            tx,
            login=LOGIN,
            password=PASSWORD,
            name="bench",
            kind=UserKind.SERVICE,
            roles=[Role.SERVICE],
            at=now(),
        )
        issued = await identity.issue_token(
            tx, user_id=user.id, factors=frozenset({"password"}), at=now()
        )
    return issued.token


async def load(scene: Scene, *, port: int, token: str, seconds: float) -> dict[str, Any]:
    """Return what the load generator measured, from a process of its own."""
    accounts = {
        "token": token,
        "customers": [str(account) for account in scene.customers],
        "hot": [str(account) for account in scene.hot],
    }
    return await generate(accounts, port=port, seconds=seconds)


async def generate(what: Mapping[str, Any], *, port: int, seconds: float) -> dict[str, Any]:
    """Return the same of any load that the generator knows."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).with_name("http_load.py"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    config = {
        "host": "127.0.0.1",
        "port": port,
        "connections": CONNECTIONS,
        "seconds": seconds,
        **what,
    }
    try:
        async with asyncio.timeout(seconds + OVERHEAD_SECONDS_MAX):
            said, _ = await process.communicate(json.dumps(config).encode())
    finally:
        if process.returncode is None:
            process.kill()
    measured: dict[str, Any] = json.loads(said)
    failed = {status: n for status, n in measured["statuses"].items() if status != "201"}
    assert not failed, f"requests failed: {failed}"
    return measured


def worker_rss_mib(main: psutil.Process) -> float:
    """Return the resident memory of the largest worker."""
    workers = main.children(recursive=True)
    return float(max(child.memory_info().rss for child in workers)) / 2**20
