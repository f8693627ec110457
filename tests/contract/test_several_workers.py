"""Several workers behind one port: one that dies is replaced, and none outlives its supervisor."""

import os
import signal
import sys
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one choose cores")
def test_each_keeps_to_a_core_also_one_that_is_new(served: Served) -> None:
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < WORKERS:
        pytest.skip("one core is no choice")
    two = usable[:WORKERS]
    os.sched_setaffinity(served.api.process.pid, two)

    def each_keeps_to_its_own() -> bool:
        kept = [os.sched_getaffinity(each.pid) for each in served.workers()]
        return sorted(map(sorted, kept)) == [[core] for core in two]

    served.api.wait_until(each_keeps_to_its_own, "a core for each")
    first, *_ = served.workers()
    first.kill()
    served.wait_until_all_serve(but=first.pid)
    served.api.wait_until(each_keeps_to_its_own, "a core for each again")


def test_no_worker_outlives_a_supervisor_that_is_killed(served: Served) -> None:
    workers = served.workers()
    served.api.process.kill()
    _, alive = psutil.wait_procs(workers, timeout=GONE_SECONDS_MAX)
    for each in alive:
        each.kill()
    assert not alive
    assert not answers(served.address)
