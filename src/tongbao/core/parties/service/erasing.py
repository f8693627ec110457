"""Making a party unknown: what says who they are goes, what happened stays under its id."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update

from tongbao.core.parties.domain.lifecycle import Status
from tongbao.core.parties.models import (
    AddressRow,
    ContactRow,
    DocumentRow,
    MatchKeyRow,
    PartyRow,
    PersonRow,
)
from tongbao.core.parties.service.lifecycle import change_status
from tongbao.core.parties.service.registering import locked
from tongbao.infra import crypto
from tongbao.infra.db import WriteSession

ERASED_NAME: Final = "(erased)"


async def erase(tx: WriteSession, *, party_id: UUID, reason: str, at: datetime) -> None:
    """Close a party and forget who it was; twice changes nothing. Raises `UnknownParty`.

    Its record key is destroyed, so contacts, documents, evidence and pictures cannot be read any
    more, in no backup either whose keys are gone. Whether it may be done the caller has asked.
    """
    party = await locked(tx, party_id)
    if party.status is not Status.CLOSED:
        await change_status(
            tx, party_id=party_id, status=Status.CLOSED, reason=reason, changed_by=None, at=at
        )
    await tx.execute(update(PartyRow).where(PartyRow.id == party_id).values(name=ERASED_NAME))
    await tx.execute(
        update(PersonRow)
        .where(PersonRow.party_id == party_id)
        .values(pinyin=None, born_on=None, nationality=None, sex=None, occupation=None)
    )
    await tx.execute(
        update(AddressRow)
        .where(AddressRow.party_id == party_id)
        .values(line="-", region=None, postal_code=None, removed_at=at)
    )
    await tx.execute(
        update(ContactRow)
        .where(ContactRow.party_id == party_id)
        .values(removed_at=at, is_primary=False, value_blind=bytes(32))
    )
    await tx.execute(
        update(DocumentRow)
        .where(DocumentRow.party_id == party_id)
        .values(superseded_at=at, issuing_authority=None, number_blind=bytes(32))
    )
    await tx.execute(delete(MatchKeyRow).where(MatchKeyRow.party_id == party_id))
    await crypto.destroy(tx, owner=party_id, at=at, reason=reason)
