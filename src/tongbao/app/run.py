"""`tongbao run`: the whole platform as one process group on this machine."""

import asyncio
import signal
import socket
import sys
from collections.abc import Mapping

import httpx2

from tongbao.app import demo, processes
from tongbao.app.channels import join_sandbox
from tongbao.app.commands import note_migration
from tongbao.app.connect import at_server, connect, embedded
from tongbao.app.training import has_model
from tongbao.infra.migrations import Applied, run_migrations
from tongbao.infra.settings import Settings

READY_SECONDS_MAX = 60
POLL_SECONDS = 0.1


class CannotRun(Exception):
    """Something outside the program is in the way; the message says what to do."""


async def run(settings: Settings) -> int:
    """Run until interrupted; return 0, or 1 when one of the processes ended by itself."""
    if settings.tls_certificate_file is not None:
        msg = (
            "`tongbao run` speaks plain HTTP on this machine; TLS is for `tongbao serve --tls`."
            "\n`tongbao run` 仅在本机使用明文 HTTP；TLS 请用 `tongbao serve --tls`。"
        )
        raise CannotRun(msg)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    _require_free(settings.port, "TONGBAO_PORT")
    _require_free(settings.sandbox_port, "TONGBAO_SANDBOX_PORT")

    server = None
    if settings.database_url is None:
        server = embedded(settings)
        _say("Starting PostgreSQL ...")
        await asyncio.to_thread(server.start)
        settings = at_server(settings, server)
    children: list[processes.Child] = []
    try:
        owner = settings.migration_database_url or settings.database_url
        assert owner is not None
        applied = await asyncio.to_thread(run_migrations, owner)
        if applied is not None:
            await _note_migration(settings, applied)
        settings = await _start_all(settings, children, stop)
        if settings.demo and not stop.is_set():
            await _seed(settings, stop)
        if not stop.is_set():
            _say(_banner(settings))
        return await _until_stopped(children, stop)
    finally:
        _say("\nStopping ...")
        for child in children:
            await child.stop()
        if server is not None:
            await asyncio.to_thread(server.stop)


async def _note_migration(settings: Settings, applied: Applied) -> None:
    database = connect(settings)
    try:
        await note_migration(database, applied)
    finally:
        await database.close()


async def _start_all(
    settings: Settings, children: list[processes.Child], stop: asyncio.Event
) -> Settings:
    """Start sandbox, API and worker, and wait until they answer; return the settings of the last.

    The sandbox comes first: its channels make their keys when they start, and the others need them.
    """
    _say("Starting the sandbox, the API and the worker ...")
    await _start("sandbox", settings, children)
    await _wait(f"http://127.0.0.1:{settings.sandbox_port}/health", children, stop)
    if settings.channels_file is None and not stop.is_set():
        file = await join_sandbox(settings)
        settings = settings.model_copy(update={"channels_file": file})
    for name in ("serve", "worker"):
        await _start(name, settings, children)
    await _wait(f"http://{settings.host}:{settings.port}/health/ready", children, stop)
    return settings


async def _start(name: str, settings: Settings, children: list[processes.Child]) -> None:
    """Start one, known at once, so that a failure of the next stops it."""
    children.append(await processes.start(name, name, environment=_environment(settings)))


async def _wait(address: str, children: list[processes.Child], stop: asyncio.Event) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS_MAX
    async with httpx2.AsyncClient(timeout=2, trust_env=False) as client:
        while not stop.is_set() and not await _answers(client, address):
            ended = [c.name for c in children if c.process.returncode is not None]
            if ended:
                msg = f"{', '.join(ended)} ended while starting; its message is above"
                raise CannotRun(msg)
            if asyncio.get_running_loop().time() > deadline:
                msg = f"{address} did not answer within {READY_SECONDS_MAX} s"
                raise CannotRun(msg)
            await asyncio.sleep(POLL_SECONDS)


async def _answers(client: httpx2.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).is_success
    except httpx2.TransportError:
        return False


async def _seed(settings: Settings, stop: asyncio.Event) -> None:
    """Make what is missing of the demo's data."""
    database = connect(settings)
    try:
        trained = await has_model(database)
        if trained:
            await demo.seed(database, settings, say=_say)
    finally:
        await database.close()
    if not trained:
        # Training computes for seconds; in a process of its own it ends at once when told to stop.
        seeding = await processes.start("demo", "demo", "seed", environment=_environment(settings))
        await _first_of([seeding], stop)
        if stop.is_set():
            await seeding.stop()
        elif seeding.process.returncode != 0:
            msg = "the demo's data could not be made; the message is above"
            raise CannotRun(msg)


async def _until_stopped(children: list[processes.Child], stop: asyncio.Event) -> int:
    """Wait for a signal (0) or for a child that ends by itself (1)."""
    ended = await _first_of(children, stop)
    if stop.is_set():
        return 0
    for child in ended:
        _say(f"{child.name} ended by itself with {child.process.returncode}")
    return 1


async def _first_of(children: list[processes.Child], stop: asyncio.Event) -> list[processes.Child]:
    """Wait for a signal or for a child to end; return the children that have ended."""
    waits = {asyncio.create_task(child.process.wait()): child for child in children}
    stopped = asyncio.create_task(stop.wait())
    done, pending = await asyncio.wait([stopped, *waits], return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return [waits[task] for task in done if task is not stopped]


def _environment(settings: Settings) -> Mapping[str, str]:
    """Return the environment in which children see the same settings."""
    return {
        "TONGBAO_DATABASE_URL": settings.database_url or "",
        "TONGBAO_MIGRATION_DATABASE_URL": settings.migration_database_url or "",
        "TONGBAO_DATABASE_ROLE": settings.database_role or "",
        "TONGBAO_PORT": str(settings.port),
        "TONGBAO_HOST": settings.host,
        "TONGBAO_SANDBOX_PORT": str(settings.sandbox_port),
        "TONGBAO_TAX_OFFICE_URL": settings.tax_office_url,
        "TONGBAO_BUSINESS_REGISTRY_URL": settings.business_registry_url,
        "TONGBAO_IDENTITY_BUREAU_URL": settings.identity_bureau_url,
        "TONGBAO_FACE_SERVICE_URL": settings.face_service_url,
        **(
            {}
            if settings.channels_file is None
            else {"TONGBAO_CHANNELS_FILE": str(settings.channels_file.resolve())}
        ),
        "TONGBAO_DEMO": str(settings.demo).lower(),
        "TONGBAO_LOG_LEVEL": settings.log_level,
        "TONGBAO_LOG_FORMAT": settings.log_format,
    }


def _require_free(port: int, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            msg = (
                f"Port {port} is taken: is Tongbao running already? Set {variable} to use another."
                f"\n端口 {port} 已被占用：通宝是否已在运行？可用 {variable} 指定其他端口。"
            )
            raise CannotRun(msg) from error


def _banner(settings: Settings) -> str:
    # Passkeys belong to names: on an IP address a browser has none.
    host = "localhost" if settings.host == "127.0.0.1" else settings.host
    address = f"http://{host}:{settings.port}"
    lines = [
        "",
        f"  通宝 Tongbao   {address}/",
        f"  API            {address}/docs",
        f"  Sandbox        http://127.0.0.1:{settings.sandbox_port}/",
        f"  SMS, e-mail    http://127.0.0.1:{settings.sandbox_port}/messages",
    ]
    if settings.demo:
        lines += ["", "  演示登录 Demo log-ins"]
        lines += [
            f"    {login.login:<12} {login.password:<24} {login.words}" for login in demo.LOGINS
        ]
    return "\n".join([*lines, "", "  Ctrl-C 停止 stops everything; the data stays."])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
