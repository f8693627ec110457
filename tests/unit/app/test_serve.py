"""Serving with several workers, up to the moment when they would be started."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.keys import FIELD_KEY

SERVING = """
import os, sys
from tongbao.app import serve

class Granian:
    def __init__(self, *_: object, workers: int, **_more: object) -> None:
        self.workers = workers

    def serve(self) -> None:
        print(self.workers, os.environ["PROMETHEUS_MULTIPROC_DIR"])

serve.Granian = Granian
sys.argv = ["tongbao", "serve"]
from tongbao.app.cli import main
main()
"""


def test_several_workers_count_together(tmp_path: Path, app_url: str) -> None:
    """In a process of its own: where it counts is decided when the counting library is imported."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TONGBAO_")},
        "TONGBAO_API_WORKERS": "2",
        "TONGBAO_DATABASE_ROLE": "",
        "TONGBAO_DATABASE_URL": app_url,
        "TONGBAO_DATA_DIR": str(tmp_path),
        "TONGBAO_FIELD_KEYS": FIELD_KEY,
    }
    done = subprocess.run(
        [sys.executable, "-c", SERVING],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"2 {tmp_path / 'metrics'}\n", done.stderr
