"""What files do when something happens elsewhere."""

from datetime import datetime

from tongbao.core.approvals.events import InstructionDecided
from tongbao.infra.db import WriteSession
from tongbao.infra.outbox import Consumer
from tongbao.products.bulk.service.deciding import EXECUTION, not_signed


def consumer() -> Consumer:
    """Return who listens for instructions that were not signed."""
    return Consumer(name="bulk.files", handles={InstructionDecided: _decided})


async def _decided(tx: WriteSession, event: InstructionDecided, at: datetime) -> None:
    if event.instruction == EXECUTION.name and event.state != "executed":
        await not_signed(tx, event.approval_id, outcome=event.state, at=at)
