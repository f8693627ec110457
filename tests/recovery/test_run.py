"""`tongbao run` as a person uses it: it comes up, stops without a trace, survives what kills it.

Everything is real: its own PostgreSQL, processes and ports.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest

from tests.support.programs import Program, answers, free_port, program
from tongbao.infra.postgres import EmbeddedPostgres

UP = "Ctrl-C"
GONE_SECONDS_MAX = 30
CHILDREN = {"serve", "worker", "sandbox"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Installation:
    """A data folder, two ports, and as many runs as one likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.sandbox_port = free_port(), free_port()
        self.postgres = EmbeddedPostgres(folder / "data")
        self.runs = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> AbstractContextManager[Program]:
        self.runs += 1
        environment = {
            "TONGBAO_DATA_DIR": str(self.folder / "data"),
            "TONGBAO_PORT": str(self.port),
            "TONGBAO_SANDBOX_PORT": str(self.sandbox_port),
        }
        log = self.folder / f"run-{self.runs}.log"
        return program("run", *arguments, environment=environment, log=log)

    def assert_up(self) -> None:
        assert answers(f"{self.address}/health/ready")
        assert answers(f"{self.address}/docs")
        assert answers(f"http://127.0.0.1:{self.sandbox_port}/health")
        home = httpx2.get(f"{self.address}/platform?lang=en", trust_env=False)
        assert "The platform is up" in home.text

    def assert_nothing_runs(self, family: list[psutil.Process]) -> None:
        _, alive = psutil.wait_procs(family, timeout=1)
        assert alive == []
        assert self.postgres.pid is None
        for port in (self.port, self.sandbox_port):
            assert not answers(f"http://127.0.0.1:{port}/health/live")


@pytest.fixture
def installation() -> Iterator[Installation]:
    # Started by root, the database runs as another user, who may not enter pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="tongbao-run-"))
    folder.chmod(0o755)
    made = Installation(folder)
    yield made
    made.postgres.start()
    made.postgres.stop()
    shutil.rmtree(folder)


def press_ctrl_c(run: Program) -> int:
    """Do what a terminal does: interrupt the process group in the foreground."""
    os.killpg(run.process.pid, signal.SIGINT)
    return run.process.wait(GONE_SECONDS_MAX)


def names(family: list[psutil.Process]) -> set[str]:
    """Return which of our commands run in a family."""
    return CHILDREN & {word for process in family for word in process.cmdline()}


def test_it_comes_up_stops_on_ctrl_c_and_starts_again_with_its_data(
    installation: Installation,
) -> None:
    with installation.run("--no-demo") as run:
        run.wait_for(UP)
        installation.assert_up()
        family = run.children()
        assert names(family) == CHILDREN
        with psycopg.connect(installation.postgres.urls().owner) as connection:
            connection.execute("CREATE TABLE note AS SELECT 'still here' AS words")
        assert press_ctrl_c(run) == 0
        installation.assert_nothing_runs(family)
    assert "Traceback" not in run.said()

    with installation.run("--no-demo") as again:
        again.wait_for(UP)
        installation.assert_up()
        with psycopg.connect(installation.postgres.urls().owner) as connection:
            assert connection.execute("SELECT words FROM note").fetchone() == ("still here",)

        # The second of the same folder says so, and leaves the first alone.
        with installation.run("--no-demo") as second:
            assert second.process.wait(GONE_SECONDS_MAX) == 2
            assert str(installation.port) in second.said()
            assert "TONGBAO_PORT" in second.said()
            assert "Traceback" not in second.said()
        installation.assert_up()

        # A part that dies takes the rest with it, in order, and is named.
        family = again.children()
        (worker,) = [each for each in family if "worker" in each.cmdline()]
        worker.kill()
        assert again.process.wait(GONE_SECONDS_MAX) == 1
        assert "worker ended by itself with -9" in again.said()
        installation.assert_nothing_runs(family)


def test_the_demo_comes_up_whatever_happened_to_it_before(installation: Installation) -> None:
    with installation.run() as interrupted:
        interrupted.wait_for("Training the scorecard")
        family = interrupted.children()
        pressed_at = time.monotonic()
        assert press_ctrl_c(interrupted) == 0
        assert time.monotonic() - pressed_at < 10
        installation.assert_nothing_runs(family)
        assert "Traceback" not in interrupted.said()

    with installation.run() as killed:
        killed.wait_for(UP)
        installation.assert_up()
        home = httpx2.get(f"{installation.address}/platform?lang=en", trust_env=False).text
        assert "Loan disbursed" in home
        family = killed.children()
        killed.process.kill()
        killed.process.wait(GONE_SECONDS_MAX)
        # Nobody tells the children; they notice.
        _, alive = psutil.wait_procs(family, timeout=GONE_SECONDS_MAX)
        assert alive == []

    with installation.run() as again:
        again.wait_for(UP)
        assert "Training" not in again.said()
        installation.assert_up()
        after = httpx2.get(f"{installation.address}/platform?lang=en", trust_env=False).text
        assert after.count("Loan disbursed") == home.count("Loan disbursed")
        offered = httpx2.get(f"{installation.address}/api/v1/deposits/products", trust_env=False)
        terms = [term for each in offered.json()["items"] for term in each["terms"]]
        assert terms
        assert all(term["annual_rate"] for term in terms)
        family = again.children()
        assert press_ctrl_c(again) == 0
        installation.assert_nothing_runs(family)
