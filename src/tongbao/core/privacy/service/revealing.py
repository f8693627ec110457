"""Showing one value of core data whole: to staff for a reason, to its owner after a step-up.

Nothing is shown that was not noted: the note is on the transaction that reads, and the answer
leaves only after the COMMIT.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.privacy.domain.reveal import Subject, reveal_action
from tongbao.core.privacy.service.noting import note_reveal
from tongbao.infra import files
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession

REVEAL: Final = "privacy:reveal"
REVEAL_ANY: Final = "privacy:reveal_any"
OWN_DATA: Final = "own data"
"""The reason where people look at data on themselves and give none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to see something of a party whole, and why."""

    party_id: UUID
    actor: Actor
    reason: str | None
    step_up_token: str | None
    at: datetime


async def reveal_contact(tx: WriteSession, wish: Wish, contact_id: UUID) -> str:
    """Return a phone number or e-mail address whole.

    Raises `parties.UnknownParty`, `parties.UnknownContact`, `Forbidden`,
    `identity.StepUpRequired`.
    """
    reason = _admitted(wish)
    found = await parties.contact(tx, party_id=wish.party_id, contact_id=contact_id)
    await _note(tx, Subject.CONTACT, contact_id, wish, reason)
    return found.value


async def reveal_document(tx: WriteSession, wish: Wish, document_id: UUID) -> str:
    """Return a document's number whole. Raises `parties.UnknownDocument`, and as above."""
    reason = _admitted(wish)
    found = await parties.document(tx, party_id=wish.party_id, document_id=document_id)
    await _note(tx, Subject.DOCUMENT, document_id, wish, reason)
    return found.number


async def reveal_evidence(tx: WriteSession, wish: Wish, evidence_id: UUID) -> Mapping[str, Any]:
    """Return the facts of a piece of evidence. Raises `parties.UnknownEvidence`, and as above."""
    reason = _admitted(wish)
    found = await parties.evidence_of(tx, party_id=wish.party_id, evidence_id=evidence_id)
    await _note(tx, Subject.EVIDENCE, evidence_id, wish, reason)
    return found.facts


async def reveal_picture(
    tx: WriteSession, wish: Wish, file_id: UUID
) -> tuple[files.StoredFile, bytes]:
    """Return a picture that was handed in. Raises `files.UnknownFile`, and as above."""
    reason = _admitted(wish)
    stored = await files.get(tx, file_id)
    if stored.owner_id != wish.party_id or not stored.purpose.startswith("parties."):
        raise files.UnknownFile
    content = await files.content(tx, stored)
    await _note(tx, Subject.PICTURE, file_id, wish, reason)
    return stored, content


def _admitted(wish: Wish) -> str:
    """Return the reason, unless the actor may not see this party's core data at all."""
    if wish.actor.may(REVEAL_ANY):
        assert wish.reason is not None, "the edge asks the bank's people for a reason"
        return wish.reason
    unknown = parties.UnknownParty(party_id=wish.party_id)
    wish.actor.check(REVEAL, party_id=wish.party_id, unknown=unknown)
    return wish.reason or OWN_DATA


async def _note(
    tx: WriteSession, subject: Subject, object_id: UUID, wish: Wish, reason: str
) -> None:
    """Spend the step-up of somebody who looks at data on themselves; note the reveal."""
    if not wish.actor.may(REVEAL_ANY):
        action = reveal_action(subject, party_id=wish.party_id, object_id=object_id)
        await identity.spend_step_up(
            tx, token=wish.step_up_token, action=action, actor=wish.actor, at=wish.at
        )
    await note_reveal(
        tx,
        subject=subject,
        party_id=wish.party_id,
        object_id=object_id,
        actor=wish.actor,
        reason=reason,
        at=wish.at,
    )
