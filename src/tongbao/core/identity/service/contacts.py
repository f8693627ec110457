"""Contacts that users have shown to be theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.contacts import Channel, Contact, Reachable
from tongbao.core.identity.models import ContactRow
from tongbao.infra import crypto
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.notify import Recipient
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Language

ADDRESS: Final = "identity_contact.address_sealed"
ADDRESS_BLIND: Final = "identity_contact.address_blind"
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
    contact_id, box = new_id(), await crypto.box(tx, owner=user_id)
    new = insert(ContactRow).values(
        id=contact_id,
        user_id=user_id,
        channel=contact.channel,
        address_sealed=box.seal(contact.address, field=ADDRESS, row=contact_id),
        address_blind=crypto.blind(contact.address, field=ADDRESS_BLIND),
        language=language,
        verified_at=at,
    )
    owner = await tx.scalar(select(ContactRow.user_id).where(*is_contact(contact)))
    if owner not in (None, user_id):
        return False
    stored = await tx.scalar(
        new.on_conflict_do_update(
            index_elements=["user_id", "channel"],
            set_={
                "id": new.excluded.id,
                "address_sealed": new.excluded.address_sealed,
                "address_blind": new.excluded.address_blind,
                "language": new.excluded.language,
                "verified_at": new.excluded.verified_at,
            },
        ).returning(ContactRow.id)
    )
    return stored is not None


async def contacts_of(tx: ReadSession, *, user_id: UUID) -> Sequence[Reachable]:
    """Return a user's verified contacts: at most one phone and one e-mail address."""
    found = await tx.scalars(
        select(ContactRow)
        .where(ContactRow.user_id == user_id)
        .order_by(ContactRow.channel)
        .execution_options(populate_existing=True)
    )
    rows = found.all()
    if not rows:
        return []
    box = await crypto.box(tx, owner=user_id)
    return [
        _reachable(row, box.open(row.address_sealed, field=ADDRESS, row=row.id)) for row in rows
    ]


async def find_contact(tx: ReadSession, *, contact: Contact) -> Reachable | None:
    """Return whose contact this is, if anybody's."""
    row = await tx.scalar(select(ContactRow).where(*is_contact(contact)))
    return None if row is None else _reachable(row, contact.address)


def is_contact(contact: Contact | None) -> tuple[ColumnElement[bool], ...]:
    """Return what the row of a contact fulfils; for None the same conditions, and no row does."""
    tags = crypto.blinds(contact.address if contact else "", field=ADDRESS_BLIND)
    channel = contact.channel.value if contact else ""
    return ContactRow.channel == channel, ContactRow.address_blind.in_(tags)


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


def _reachable(row: ContactRow, address: str) -> Reachable:
    return Reachable(
        id=row.id,
        user_id=row.user_id,
        contact=Contact(Channel(row.channel), address),
        language="zh" if row.language == "zh" else "en",
        verified_at=row.verified_at,
    )
