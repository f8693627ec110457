"""What the audit trail costs a posting, and how fast it is searched.

    tongbao bench audit --json           # 1,000,000 entries, about a minute
    tongbao bench audit --deep --json    # 10,000,000 entries

`tongbao bench protect` has the same figures beside those of encryption.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from benchmarks.support.scene import BATCH, Scene, scene
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import NewTransaction
from tongbao.infra import audit
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

ROUNDS = 60
ROWS = 1_000_000
DEEP_ROWS = 10_000_000


async def measure(*, deep: bool = False) -> dict[str, Any]:
    """Return the figures by name."""
    async with scene() as (stage, _):
        return await figures(stage, rows=DEEP_ROWS if deep else ROWS)


async def figures(stage: Scene, *, rows: int) -> dict[str, Any]:
    """Return the trail's figures on an open stage: also for `tongbao bench protect`."""
    return await cost(stage)


async def cost(stage: Scene) -> dict[str, Any]:
    """Return what appending an entry costs in relation to booking a posting.

    Batches of a thousand on one connection, with and without their entries in turns, so that the
    disk's mood is the same for both.
    """
    client, session = new_id(), new_id()
    spent: dict[bool, list[float]] = {False: [], True: []}
    for each in range(2 * ROUNDS):
        batch = stage.batch()
        callers = [
            audit.Caller(
                actor_id=client,
                kind="service",
                session_id=session,
                address="10.1.2.3",
                device=audit.device_of("partner/1.0"),
                request_id=str(new_id()),
            )
            for _ in batch
        ]
        recorded = bool(each % 2)
        started = time.perf_counter()
        async with stage.database.write() as tx:
            at = now()
            for result in await ledger.post(tx, batch, at=at):
                result.raise_for_refusal()
            if recorded:
                await audit.append(tx, _entries(batch), callers, at=at)
        spent[recorded].append(time.perf_counter() - started)
    plain, with_entries = (statistics.median(spent[kind]) for kind in (False, True))
    return {
        "posting_us": round(plain / BATCH * 1e6, 1),
        "audit_us": round((with_entries - plain) / BATCH * 1e6, 1),
        "audit_cost_ratio": round(with_entries / plain - 1, 3),
    }


def _entries(batch: Sequence[NewTransaction]) -> list[audit.Entry]:
    return [
        audit.Entry(
            action="ledger.post_transaction", object_type="transactions", object_id=each.id
        )
        for each in batch
    ]
