"""Contact points and addresses of a party."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.parties.domain.contacts import (
    Address,
    AddressId,
    AddressKind,
    ContactId,
    ContactKind,
    ContactPoint,
    ContactTaken,
    TooMany,
    UnknownContact,
    check_address,
    clean_address_line,
    clean_contact,
    contact_key,
)
from tongbao.core.parties.events import ContactChanged
from tongbao.core.parties.models import AddressRow, ContactRow
from tongbao.core.parties.models.profiles import IS_KEPT
from tongbao.core.parties.service import matching
from tongbao.core.parties.service.registering import locked
from tongbao.infra import crypto, outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

VALUE = "parties_contact.value_sealed"
VALUE_BLIND = "parties_contact.value_blind"
CONTACTS_MAX = 20
ADDRESSES_MAX = 20


async def add_contact(
    tx: WriteSession,
    *,
    party_id: UUID,
    kind: ContactKind,
    value: str,
    at: datetime,
    verified: bool = False,
) -> ContactPoint:
    """Add a phone number or e-mail address; the first of its kind is the primary one.

    `verified` says that the caller has proof of ownership (a code that was sent there). Raises
    `UnknownParty`, `PhoneMalformed`, `EmailMalformed`, `ContactTaken`, `TooMany`.
    """
    clean = clean_contact(kind, value)
    await locked(tx, party_id)
    there = await contacts(tx, party_id)
    if len(there) >= CONTACTS_MAX:
        raise TooMany(maximum=CONTACTS_MAX)
    # The index tells no two apart whose tags were made under two keys, during a rotation.
    if any(each.kind is kind and contact_key(each.value) == contact_key(clean) for each in there):
        raise ContactTaken
    made = ContactPoint(
        id=ContactId(new_id()),
        party_id=party_id,
        kind=kind,
        value=clean,
        primary=not any(each.kind is kind and each.primary for each in there),
        verified_at=at if verified else None,
        created_at=at,
    )
    box = await crypto.box(tx, owner=party_id)
    stored = await tx.scalar(
        insert(ContactRow)
        .values(
            id=made.id,
            party_id=party_id,
            kind=kind.value,
            value_sealed=box.seal(clean, field=VALUE, row=made.id),
            value_blind=crypto.blind(contact_key(clean), field=VALUE_BLIND),
            is_primary=made.primary,
            verified_at=made.verified_at,
            created_at=at,
        )
        .on_conflict_do_nothing(
            index_elements=["party_id", "kind", "value_blind"], index_where=IS_KEPT
        )
        .returning(ContactRow.id)
    )
    if stored is None:
        raise ContactTaken
    await _tell(tx, made, "added", at=at)
    await matching.look(tx, party_id=party_id, at=at)
    return made


async def verify_contact(
    tx: WriteSession, *, party_id: UUID, contact_id: UUID, at: datetime
) -> ContactPoint:
    """Note that the party has proved to own a contact point. Raises `UnknownContact`."""
    row = await _row(tx, party_id, contact_id)
    if row.verified_at is None:
        row.verified_at = at
        await tx.flush()
        await _tell(tx, row, "verified", at=at)
    return _contact(row, await crypto.box(tx, owner=party_id))


async def make_primary(
    tx: WriteSession, *, party_id: UUID, contact_id: UUID, at: datetime
) -> ContactPoint:
    """Make a contact point the one of its kind that is used. Raises `UnknownContact`."""
    await locked(tx, party_id)
    row = await _row(tx, party_id, contact_id)
    if not row.is_primary:
        await tx.execute(
            update(ContactRow)
            .where(ContactRow.party_id == party_id, ContactRow.kind == row.kind)
            .values(is_primary=False)
        )
        row.is_primary = True
        await tx.flush()
        await _tell(tx, row, "made_primary", at=at)
    return _contact(row, await crypto.box(tx, owner=party_id))


async def remove_contact(
    tx: WriteSession, *, party_id: UUID, contact_id: UUID, at: datetime
) -> None:
    """Use a contact point no more; it stays on record. Raises `UnknownContact`."""
    await locked(tx, party_id)
    row = await _row(tx, party_id, contact_id)
    row.removed_at = at
    row.is_primary = False
    await tx.flush()
    await _tell(tx, row, "removed", at=at)
    await matching.look(tx, party_id=party_id, at=at)


async def contact(tx: ReadSession, *, party_id: UUID, contact_id: UUID) -> ContactPoint:
    """Return one contact point in use. Raises `UnknownContact`."""
    found = next((each for each in await contacts(tx, party_id) if each.id == contact_id), None)
    if found is None:
        raise UnknownContact
    return found


async def contacts(tx: ReadSession, party_id: UUID) -> Sequence[ContactPoint]:
    """Return the contact points in use, the latest first."""
    rows = await tx.scalars(
        select(ContactRow)
        .where(ContactRow.party_id == party_id, ContactRow.removed_at.is_(None))
        .order_by(ContactRow.id.desc())
        .execution_options(populate_existing=True)
    )
    box = await crypto.box(tx, owner=party_id)
    return [] if box.erased else [_contact(row, box) for row in rows]


async def find_by_contact(
    tx: ReadSession, *, kind: ContactKind, value: str
) -> Sequence[ContactPoint]:
    """Return who uses a verified contact point. Raises `PhoneMalformed`, `EmailMalformed`."""
    clean = clean_contact(kind, value)
    rows = (
        await tx.scalars(
            select(ContactRow)
            .where(
                ContactRow.kind == kind.value,
                ContactRow.value_blind.in_(crypto.blinds(contact_key(clean), field=VALUE_BLIND)),
                ContactRow.removed_at.is_(None),
                ContactRow.verified_at.is_not(None),
            )
            .order_by(ContactRow.id)
            .limit(CONTACTS_MAX)
        )
    ).all()
    boxes = await crypto.boxes(tx, owners={row.party_id for row in rows})
    return [_contact(row, boxes[row.party_id]) for row in rows]


async def add_address(
    tx: WriteSession,
    *,
    party_id: UUID,
    kind: AddressKind,
    country: str,
    region: str | None,
    line: str,
    postal_code: str | None,
    at: datetime,
) -> Address:
    """Add a postal address. Raises `UnknownParty`, `AddressMalformed`, `TooMany`."""
    check_address(country=country, region=region, postal_code=postal_code)
    made = Address(
        id=AddressId(new_id()),
        party_id=party_id,
        kind=kind,
        country=country,
        region=region,
        line=clean_address_line(line),
        postal_code=postal_code,
        created_at=at,
    )
    await locked(tx, party_id)
    there = await tx.scalar(
        select(func.count())
        .select_from(AddressRow)
        .where(AddressRow.party_id == party_id, AddressRow.removed_at.is_(None))
    )
    if (there or 0) >= ADDRESSES_MAX:
        raise TooMany(maximum=ADDRESSES_MAX)
    await tx.execute(
        insert(AddressRow).values(
            id=made.id,
            party_id=party_id,
            kind=kind.value,
            country=country,
            region=region,
            line=made.line,
            postal_code=postal_code,
            created_at=at,
        )
    )
    return made


async def remove_address(
    tx: WriteSession, *, party_id: UUID, address_id: UUID, at: datetime
) -> None:
    """Use an address no more; it stays on record. Raises `UnknownContact`."""
    removed = await tx.scalar(
        update(AddressRow)
        .where(
            AddressRow.id == address_id,
            AddressRow.party_id == party_id,
            AddressRow.removed_at.is_(None),
        )
        .values(removed_at=at)
        .returning(AddressRow.id)
    )
    if removed is None:
        raise UnknownContact


async def addresses(tx: ReadSession, party_id: UUID) -> Sequence[Address]:
    """Return the addresses in use, the latest first."""
    rows = await tx.scalars(
        select(AddressRow)
        .where(AddressRow.party_id == party_id, AddressRow.removed_at.is_(None))
        .order_by(AddressRow.id.desc())
    )
    return [
        Address(
            id=AddressId(row.id),
            party_id=row.party_id,
            kind=AddressKind(row.kind),
            country=row.country,
            region=row.region,
            line=row.line,
            postal_code=row.postal_code,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def _row(tx: WriteSession, party_id: UUID, contact_id: UUID) -> ContactRow:
    row = await tx.scalar(
        select(ContactRow)
        .where(
            ContactRow.id == contact_id,
            ContactRow.party_id == party_id,
            ContactRow.removed_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownContact
    return row


async def _tell(
    tx: WriteSession, contact: ContactPoint | ContactRow, change: str, *, at: datetime
) -> None:
    told = ContactChanged.model_validate(
        {"party_id": contact.party_id, "contact_id": contact.id, "change": change}
    )
    await outbox.append(tx, [told], at=at)


def _contact(row: ContactRow, box: crypto.Box) -> ContactPoint:
    return ContactPoint(
        id=ContactId(row.id),
        party_id=row.party_id,
        kind=ContactKind(row.kind),
        value=box.open(row.value_sealed, field=VALUE, row=row.id),
        primary=row.is_primary,
        verified_at=row.verified_at,
        created_at=row.created_at,
    )
