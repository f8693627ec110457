"""`tongbao run` on a database that is somebody else's: its parts start, are watched and stopped."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable

import psutil
import psycopg
import pytest

from tests.support.programs import answers, free_port
from tongbao.app.run import CannotRun, run
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SECONDS_MAX = 60


@pytest.fixture
async def chosen(
    fresh_database: Callable[..., Urls], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Settings]:
    """Settings of a run of its own; the environment says nothing."""
    for name in [name for name in os.environ if name.startswith("TONGBAO_")]:
        monkeypatch.delenv(name)
    urls = fresh_database(migrated=False)
    yield Settings(
        database_url=urls.app,
        migration_database_url=urls.owner,
        port=free_port(),
        sandbox_port=free_port(),
        log_level="warning",
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)


@pytest.fixture
def before() -> set[int]:
    """Return the processes below this one that were there before."""
    return {child.pid for child in psutil.Process().children()}


async def up(running: "asyncio.Task[int]", capsys: pytest.CaptureFixture[str]) -> str:
    """Wait until it says that everything is up; return all it said."""
    said = ""
    async with asyncio.timeout(SECONDS_MAX):
        while "Ctrl-C" not in said:
            assert not running.done(), "it ended while starting"
            await asyncio.sleep(0.1)
            said += capsys.readouterr().out
    return said


def started(before: set[int]) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.pid not in before and "tongbao" in child.cmdline()
    ]


async def test_it_migrates_starts_and_stops_and_leaves_the_database_alone(
    chosen: Settings, before: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    running = asyncio.create_task(run(chosen))
    said = await up(running, capsys)
    children = started(before)
    assert len(children) == 3
    assert await asyncio.to_thread(answers, f"http://127.0.0.1:{chosen.port}/health/ready")
    assert f"http://localhost:{chosen.port}/docs" in said
    assert "PostgreSQL" not in said
    assert "Demo log-ins" not in said
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, SECONDS_MAX) == 0
    assert psutil.wait_procs(children, timeout=1)[1] == []
    assert chosen.owner_url is not None
    with psycopg.connect(chosen.owner_url) as connection:  # migrated, and still there
        assert connection.execute("SELECT count(*) FROM ledger_account").fetchone() is not None


async def test_when_a_part_dies_it_is_named_and_the_rest_is_stopped(
    chosen: Settings, before: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    running = asyncio.create_task(run(chosen))
    await up(running, capsys)
    children = started(before)
    (sandbox,) = [child for child in children if "sandbox" in child.cmdline()]
    sandbox.kill()
    assert await asyncio.wait_for(running, SECONDS_MAX) == 1
    assert "sandbox ended by itself with -9" in capsys.readouterr().out
    assert psutil.wait_procs(children, timeout=1)[1] == []


async def test_a_part_that_cannot_start_is_named(
    chosen: Settings, before: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGBAO_API_WORKERS", "none")
    with pytest.raises(CannotRun, match=r"(serve|worker|sandbox).* ended while starting"):
        await asyncio.wait_for(run(chosen), SECONDS_MAX)
    assert started(before) == []


async def test_a_taken_port_is_named_before_anything_starts(
    chosen: Settings, before: set[int]
) -> None:
    for name, variable in (("port", "TONGBAO_PORT"), ("sandbox_port", "TONGBAO_SANDBOX_PORT")):
        with socket.socket() as other:
            other.bind(("127.0.0.1", getattr(chosen, name)))
            other.listen()
            with pytest.raises(CannotRun, match=variable):
                await run(chosen)
    assert started(before) == []
