import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tongbao.infra import metrics
from tongbao.infra.db import Database
from tongbao.infra.metrics_directory import MULTIPROCESS_DIRECTORY, share_between_processes

WORKER = """
import sys
from tongbao.infra import metrics
metrics.HTTP_REQUESTS.labels("GET", "/x", "200").inc(int(sys.argv[1]))
metrics.CONNECTIONS_OPEN.inc(int(sys.argv[1]))
metrics.HTTP_DURATION.labels("GET", "/x").observe(0.003)
print(metrics.render().decode() if sys.argv[2] == "render" else "")
"""


def sample(name: str) -> float:
    value = REGISTRY.get_sample_value(name)
    assert value is not None
    return value


def work(directory: Path, amount: int, then: str) -> str:
    environment = os.environ | {MULTIPROCESS_DIRECTORY: str(directory)}
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(amount), then],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_several_workers_are_counted_together(tmp_path: Path) -> None:
    work(tmp_path, 3, "exit")
    text_of_all = work(tmp_path, 4, "render")
    assert 'tongbao_http_requests_total{method="GET",route="/x",status="200"} 7.0' in text_of_all
    assert (
        'tongbao_http_request_duration_seconds_bucket{le="0.005",method="GET",route="/x"} 2.0'
        in text_of_all
    )
    # The first worker is gone, and its connections with it.
    assert "tongbao_database_connections_open 4.0" in text_of_all


PARENT = """
import multiprocessing
import sys
from pathlib import Path
from tongbao.infra.metrics_directory import share_between_processes

def count(amount):
    from tongbao.infra import metrics
    metrics.HTTP_REQUESTS.labels("GET", "/x", "200").inc(amount)

def show():
    from tongbao.infra import metrics
    print(metrics.render().decode())

def run(target, *arguments):
    child = multiprocessing.get_context(sys.argv[2]).Process(target=target, args=arguments)
    child.start()
    child.join()

if __name__ == "__main__":
    share_between_processes(Path(sys.argv[1]))
    run(count, 3)
    run(count, 4)
    run(show)
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_workers_of_a_server_count_together_from_zero(tmp_path: Path, method: str) -> None:
    directory = tmp_path / "metrics"
    directory.mkdir()
    work(directory, 100, "exit")  # an earlier run of the server
    (directory / "note.txt").write_text("not ours")
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    done = subprocess.run(
        [sys.executable, str(program), str(directory), method],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'tongbao_http_requests_total{method="GET",route="/x",status="200"} 7.0' in done.stdout
    assert (directory / "note.txt").exists()


def test_too_late_is_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="imported before"):
        share_between_processes(tmp_path)


def test_one_process_shows_its_own_counts() -> None:
    metrics.HTTP_REQUESTS.labels("GET", "/only-here", "200").inc()
    assert 'route="/only-here"' in metrics.render().decode()


async def test_connections_are_counted(app_url: str) -> None:
    database = Database.connect(app_url, pool_size=2)
    metrics.watch_connections(database)
    opened = sample("tongbao_database_connections_open")
    in_use = sample("tongbao_database_connections_in_use")
    async with database.read() as one, database.read() as other:
        await one.execute(text("SELECT 1"))
        await other.execute(text("SELECT 1"))
        assert sample("tongbao_database_connections_open") == opened + 2
        assert sample("tongbao_database_connections_in_use") == in_use + 2
    assert sample("tongbao_database_connections_in_use") == in_use
    assert sample("tongbao_database_connections_open") == opened + 2
    await database.close()
    assert sample("tongbao_database_connections_open") == opened


async def test_a_connection_that_breaks_is_counted_out(app_url: str) -> None:
    database = Database.connect(app_url, pool_size=1)
    metrics.watch_connections(database)
    opened = sample("tongbao_database_connections_open")
    in_use = sample("tongbao_database_connections_in_use")
    kill = text("SELECT pg_terminate_backend(pg_backend_pid())")

    async def broken() -> None:
        async with database.read() as tx:
            await tx.execute(kill)

    with pytest.raises(DBAPIError):
        await broken()
    await database.close()
    assert sample("tongbao_database_connections_in_use") == in_use
    assert sample("tongbao_database_connections_open") == opened
