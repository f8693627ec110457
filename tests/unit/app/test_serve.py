"""How the API's processes are started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import free_port

# The command itself, but for the server. Nobody answers at that address: readiness's business.
SERVE = """
import os
from tongbao.app import cli, serve
from tongbao.infra.metrics_directory import MULTIPROCESS_DIRECTORY

class Server:
    started = True
    def __init__(self, config, sockets=()):
        print("workers:", config.workers)
    def run(self):
        print("counting in:", os.environ.get(MULTIPROCESS_DIRECTORY))

serve.Server = serve.Workers = Server
cli.cli(["serve"])
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_several_workers_are_told_where_to_count_together(tmp_path: Path, workers: int) -> None:
    environment = os.environ | {
        "TONGBAO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "TONGBAO_DATA_DIR": str(tmp_path),
        "TONGBAO_API_WORKERS": str(workers),
        "TONGBAO_PORT": str(free_port()),
    }
    ended = subprocess.run(
        [sys.executable, "-c", SERVE],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    folder = tmp_path / "metrics" if workers > 1 else None
    assert ended.stdout.splitlines()[-2:] == [f"workers: {workers}", f"counting in: {folder}"]
