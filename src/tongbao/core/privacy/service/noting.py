"""Writing down who saw or did what with data on people, on the transaction that does it."""

from datetime import datetime
from uuid import UUID

import structlog

from tongbao.core.privacy.domain.reveal import Subject
from tongbao.core.privacy.events import Revealed
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession

_log = structlog.stdlib.get_logger(__name__)


async def note_reveal(
    tx: WriteSession,
    *,
    subject: Subject,
    party_id: UUID,
    object_id: UUID,
    actor: Actor,
    reason: str,
    at: datetime,
) -> None:
    """Note that somebody saw core data whole, and why; events, which others read, leave out why."""
    _log.info(
        "core_data_revealed",
        what=subject.value,
        party_id=party_id,
        object_id=object_id,
        by=actor.id,
        reason=reason,
    )
    revealed = Revealed(party_id=party_id, what=subject.value, object_id=object_id, by=actor.id)
    await outbox.append(tx, [revealed], at=at)
