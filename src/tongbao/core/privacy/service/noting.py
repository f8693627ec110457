"""Writing down who saw or did what with data on people, on the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.core.privacy.domain.reveal import Subject
from tongbao.core.privacy.events import Revealed
from tongbao.infra import audit, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession

_TABLES: Final[Mapping[Subject, str]] = {
    Subject.CONTACT: "parties_contact",
    Subject.DOCUMENT: "parties_document",
    Subject.EVIDENCE: "parties_evidence",
    Subject.PICTURE: "infra_file",
}


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
    entry = audit.Entry(
        action=f"parties.{subject.value}.revealed",
        subject=party_id,
        object_type=_TABLES[subject],
        object_id=object_id,
        reason=reason,
    )
    await audit.record(tx, [entry], at=at)
    revealed = Revealed(party_id=party_id, what=subject.value, object_id=object_id, by=actor.id)
    await outbox.append(tx, [revealed], at=at)
