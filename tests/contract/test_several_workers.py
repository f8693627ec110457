"""Several workers behind one port: one that dies is replaced, and none outlives its supervisor."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.programs import Program, answers, free_port, program
from tongbao.infra.postgres import Urls

WORKERS = 2
GONE_SECONDS_MAX = 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Served:
    def __init__(self, api: Program, address: str) -> None:
        self.api = api
        self.address = address

    def workers(self) -> list[psutil.Process]:
        living = [each for each in self.api.children() if each.status() != psutil.STATUS_ZOMBIE]
        return [each for each in living if "spawn_main" in " ".join(each.cmdline())]

    def wait_until_all_serve(self, *, but: int | None = None) -> None:
        def all_serve() -> bool:
            there = [each.pid for each in self.workers() if each.net_connections("tcp")]
            return len(there) == WORKERS and but not in there and answers(self.address)

        self.api.wait_until(all_serve, "workers")


@pytest.fixture
def served(fresh_database: Callable[..., Urls], tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    environment = {
        "TONGBAO_DATABASE_URL": fresh_database().app,
        "TONGBAO_DATA_DIR": str(tmp_path),
        "TONGBAO_PORT": str(port),
        "TONGBAO_API_WORKERS": str(WORKERS),
        "TONGBAO_LOG_FORMAT": "json",
    }
    with program("serve", environment=environment, log=tmp_path / "log") as api:
        made = Served(api, f"http://127.0.0.1:{port}/health/ready")
        made.wait_until_all_serve()
        yield made


def test_a_worker_that_dies_is_replaced_and_all_stop_when_told(served: Served) -> None:
    first, *_ = served.workers()
    first.kill()
    served.wait_until_all_serve(but=first.pid)
    workers = served.workers()
    assert served.api.end(signal.SIGTERM) == 0
    assert not [each for each in workers if each.is_running()]
    assert "Traceback" not in served.api.said()


def test_no_worker_outlives_a_supervisor_that_is_killed(served: Served) -> None:
    workers = served.workers()
    served.api.process.kill()
    _, alive = psutil.wait_procs(workers, timeout=GONE_SECONDS_MAX)
    for each in alive:
        each.kill()
    assert not alive
    assert not answers(served.address)
