"""Contacts that users have shown to be theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.contacts import Channel, Contact, Reachable
from tongbao.core.identity.models import ContactRow
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.notify import Recipient
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Language

_LOCK: Final = 0x1DC0


async def add_contact(
    tx: WriteSession, *, user_id: UUID, contact: Contact, language: Language, at: datetime
) -> bool:
    """Store a contact that was just verified, in place of the user's of its kind.

    Return False, and store nothing, if it is another user's. One transaction at a time for each
    contact, so that of two who have confirmed it one gets it.
    """
    lock = int.from_bytes(recipient(contact).tag[:4], signed=True)
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK, lock)))
    new = insert(ContactRow).values(
        id=new_id(),
        user_id=user_id,
        channel=contact.channel,
        address=contact.address,
        language=language,
        verified_at=at,
    )
    owner = await tx.scalar(
        select(ContactRow.user_id).where(
            ContactRow.channel == contact.channel, ContactRow.address == contact.address
        )
    )
    if owner not in (None, user_id):
        return False
    stored = await tx.scalar(
        new.on_conflict_do_update(
            index_elements=["user_id", "channel"],
            set_={
                "id": new.excluded.id,
                "address": new.excluded.address,
                "language": new.excluded.language,
                "verified_at": new.excluded.verified_at,
            },
        ).returning(ContactRow.id)
    )
    return stored is not None


async def contacts_of(tx: ReadSession, *, user_id: UUID) -> Sequence[Reachable]:
    """Return a user's verified contacts: at most one phone and one e-mail address."""
    rows = await tx.scalars(
        select(ContactRow)
        .where(ContactRow.user_id == user_id)
        .order_by(ContactRow.channel)
        .execution_options(populate_existing=True)
    )
    return [_reachable(row) for row in rows]


async def find_contact(tx: ReadSession, *, contact: Contact) -> Reachable | None:
    """Return whose contact this is, if anybody's."""
    row = await tx.scalar(
        select(ContactRow).where(
            ContactRow.channel == contact.channel, ContactRow.address == contact.address
        )
    )
    return None if row is None else _reachable(row)


async def delete_contact(tx: WriteSession, *, contact_id: UUID) -> None:
    """Forget a contact; whoever shows that it is theirs may have it then."""
    await tx.execute(
        delete(ContactRow)
        .where(ContactRow.id == contact_id)
        .execution_options(synchronize_session=False)
    )


def recipient(contact: Contact) -> Recipient:
    """Return where messages to a contact go."""
    return Recipient(contact.channel.value, contact.address)


def _reachable(row: ContactRow) -> Reachable:
    return Reachable(
        id=row.id,
        user_id=row.user_id,
        contact=Contact(Channel(row.channel), row.address),
        language="zh" if row.language == "zh" else "en",
        verified_at=row.verified_at,
    )
