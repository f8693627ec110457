"""Registering and finding parties."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.parties.domain.levels import Level, PartyKind
from tongbao.core.parties.domain.lifecycle import Status
from tongbao.core.parties.domain.parties import (
    Party,
    PartyId,
    RegistrationNumberTaken,
    UnknownParty,
    clean_name,
    clean_registration_number,
)
from tongbao.core.parties.events import PartyRegistered
from tongbao.core.parties.models import PartyRow
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.tables import one_of
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import (
    PAGE_LIMIT_DEFAULT,
    PAGE_LIMIT_MAX,
    Page,
    decode_cursor,
    encode_cursor,
)


async def register_organisation(
    tx: WriteSession, *, name: str, registration_number: str, at: datetime
) -> Party:
    """Register an organisation under its unified social credit code.

    Raises `NameMalformed`, `RegistrationNumberMalformed`, and `RegistrationNumberTaken` if an
    organisation has the number already (also when two callers register it at the same time).
    """
    return await _register(
        tx,
        Party(
            id=PartyId(new_id()),
            kind=PartyKind.ORGANISATION,
            name=clean_name(name),
            registration_number=clean_registration_number(registration_number),
            registered_at=at,
        ),
    )


async def register_person(tx: WriteSession, *, name: str, at: datetime) -> Party:
    """Register a natural person. Raises `NameMalformed`."""
    return await _register(
        tx,
        Party(
            id=PartyId(new_id()),
            kind=PartyKind.PERSON,
            name=clean_name(name),
            registration_number=None,
            registered_at=at,
        ),
    )


async def get(tx: ReadSession, party_id: UUID) -> Party:
    """Return one party. Raises `UnknownParty`."""
    row = await tx.get(PartyRow, party_id, populate_existing=True)
    if row is None:
        raise UnknownParty(party_id=party_id)
    return party_of(row)


async def find_by_registration_number(tx: ReadSession, registration_number: str) -> Party | None:
    """Return the organisation registered under this number, if there is one.

    Raises `RegistrationNumberMalformed`.
    """
    number = clean_registration_number(registration_number)
    row = await tx.scalar(select(PartyRow).where(PartyRow.registration_number == number))
    return None if row is None else party_of(row)


async def names(tx: ReadSession, party_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of the parties that exist among `party_ids` (at most a page of them)."""
    assert len(party_ids) <= PAGE_LIMIT_MAX, f"names of at most {PAGE_LIMIT_MAX} parties"
    rows = await tx.execute(
        select(PartyRow.id, PartyRow.name).where(one_of(PartyRow.id, party_ids))
    )
    return {row.id: row.name for row in rows}


async def list_parties(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    text: str | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Party]:
    """Return parties, the latest registered first; only those in `among` unless it is None.

    With `text` only those whose name contains it, in capitals or not, or whose registration number
    begins with it; that reads through the table.

    Raises `kernel.page.BadCursor`.
    """
    query = select(PartyRow).order_by(PartyRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(PartyRow.id.in_(list(among)))
    if text is not None:
        name = PartyRow.name.icontains(text.strip(), autoescape=True)
        number = PartyRow.registration_number.istartswith(text.strip(), autoescape=True)
        query = query.where(name | number)
    if after is not None:
        query = query.where(PartyRow.id < decode_cursor(after, UUID)[0])
    found = [party_of(row) for row in await tx.scalars(query)]
    return Page[Party].of(found, limit=limit, cursor=lambda last: encode_cursor(last.id))


async def _register(tx: WriteSession, party: Party) -> Party:
    """Store a new party; a taken number is found by the unique index, so no race slips through."""
    stored = await tx.scalar(
        insert(PartyRow)
        .values(
            id=party.id,
            kind=party.kind,
            name=party.name,
            registration_number=party.registration_number,
            registered_at=party.registered_at,
        )
        .on_conflict_do_nothing(index_elements=["registration_number"])
        .returning(PartyRow.id)
    )
    if stored is None:
        raise RegistrationNumberTaken(registration_number=party.registration_number)
    await outbox.append(
        tx, [PartyRegistered(party_id=party.id, kind=party.kind.value)], at=party.registered_at
    )
    return party


async def locked(tx: WriteSession, party_id: UUID) -> Party:
    """Return one party and keep others from changing it until this transaction ends.

    Raises `UnknownParty`.
    """
    row = await tx.scalar(
        select(PartyRow)
        .where(PartyRow.id == party_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownParty(party_id=party_id)
    return party_of(row)


def party_of(row: PartyRow) -> Party:
    """Return a row as the party it is."""
    return Party(
        id=PartyId(row.id),
        kind=PartyKind(row.kind),
        name=row.name,
        registration_number=row.registration_number,
        registered_at=row.registered_at,
        status=Status(row.status),
        level=Level(row.level),
    )
