"""What protecting data costs: sealing a field, finding it again, giving everything new keys.

    tongbao bench protect --json            # about two minutes

On a durable PostgreSQL of its own. A rotation runs in a process of its own, as `tongbao crypto
rotate --fields` does; meanwhile this process reads as a request would, one field at a time.
"""

import statistics
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any

from benchmarks import audit
from benchmarks.support.sealed_fields import FIELD, Fields, rotating
from tongbao.infra import crypto
from tongbao.infra.crypto import new_secret_text
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.migrations import run_migrations
from tongbao.infra.postgres import EmbeddedPostgres, Urls
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

SEALINGS = 50_000
ROUNDS = 5
LOOKED_UP_ROWS = 200_000
LOOK_UPS = 4_000
FIELDS = 1_000_000
OWNERS = 100_000
IDLE_READS = 3_000
NUMBER = "110101199003074258"

Figures = Mapping[str, float]


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name; `deep` with ten million audit entries instead of one."""
    figures: dict[str, Any] = {}
    async with _stage() as (urls, database, keys):
        for part in (_sealing, _looking_up, _rotating):
            figures |= await part(urls, database, keys)
    return figures | await audit.measure(deep=deep)


@asynccontextmanager
async def _stage() -> AsyncIterator[tuple[Urls, Database, str]]:
    keys = new_secret_text()
    with EmbeddedPostgres(ephemeral=True, fsync=True) as server:
        urls = server.urls()
        run_migrations(urls.owner)
        database = Database.connect(urls.app)
        crypto.use(crypto.Given.of_text(keys, path="benchmark"))
        await crypto.start(database, at=now())
        yield urls, database, keys
        await database.close()


async def _sealing(_urls: Urls, database: Database, _keys: str) -> Figures:
    """Take the best of a few rounds: what else the machine does is not the cipher's."""
    row = new_id()
    async with database.write() as tx:
        box = await crypto.box(tx, owner=new_id())
    seals, opens = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(SEALINGS):
            box.seal(NUMBER, field=FIELD, row=row)
        seals.append(time.perf_counter() - began)
        sealed = box.seal(NUMBER, field=FIELD, row=row)
        began = time.perf_counter()
        for _ in range(SEALINGS):
            box.open(sealed, field=FIELD, row=row)
        opens.append(time.perf_counter() - began)
    return {
        "encrypt_us": round(min(seals) / SEALINGS * 1e6, 2),
        "decrypt_us": round(min(opens) / SEALINGS * 1e6, 2),
    }


async def _looking_up(urls: Urls, database: Database, _keys: str) -> Figures:
    """Find a row by its tag, the tag computed each time, and the same row by the plain value."""
    values = [f"+86{13_000_000_000 + n}" for n in range(LOOKED_UP_ROWS)]
    Fields.fill_contacts(urls.owner, values, [crypto.blind(each, field=FIELD) for each in values])
    seconds: dict[str, list[float]] = {"tag": [], "value": []}
    async with database.read() as look:
        for number, value in enumerate(values[:: LOOKED_UP_ROWS // LOOK_UPS]):
            # Whichever comes second finds the row in memory: they take turns.
            for column in ("tag", "value") if number % 2 else ("value", "tag"):
                seconds[column].append(await _look_up(look, column, value))
    ratio = statistics.median(seconds["tag"]) / statistics.median(seconds["value"])
    return {"blind_index_ratio": round(ratio, 3)}


async def _look_up(look: ReadSession, column: str, value: str) -> float:
    began = time.perf_counter()
    if column == "tag":
        tag = crypto.blind(value, field=FIELD)
        found = await look.fetch("SELECT id FROM bench_contact WHERE tag = %s", [tag])
    else:
        found = await look.fetch("SELECT id FROM bench_contact WHERE value = %s", [value])
    assert len(found) == 1
    return time.perf_counter() - began


async def _rotating(urls: Urls, database: Database, keys: str) -> Figures:
    """All fields under new record keys; a reader at the same time, against one at rest."""
    fields = Fields(f"bench_{token_hex(4)}")
    rows = await fields.fill(database, urls.owner, owners=OWNERS, fields=FIELDS)
    idle = [await fields.read(database, row) for row in rows.some(IDLE_READS)]
    async with rotating(urls.app, fields.name, keys) as rotation:
        busy = []
        while not rotation.ended():
            busy += [await fields.read(database, row) for row in rows.some(50)]
    assert rotation.changed == FIELDS
    return {
        "rotate_1m_s": round(rotation.seconds, 1),
        "rotate_1m_mib": round(rotation.peak_mib),
        "rotate_read_p99_ms": round(_p99(busy) * 1e3, 2),
        "rotate_read_p99_ratio": round(_p99(busy) / _p99(idle), 2),
    }


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]
