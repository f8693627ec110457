"""Company users: who acts for a party, as what, and how that changes."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import (
    ADMINISTRATORS,
    BY_PAYMENT,
    MEMBERS_PER_PARTY_MAX,
    Bands,
    LastAdministrator,
    MemberRole,
    Membership,
    MembershipId,
    NotACompany,
    TooManyMembers,
    UnknownMember,
    administrators_min,
    bands_of,
    check_bands,
    check_term,
    plain_bands,
)
from tongbao.core.identity.events import (
    DualControlChanged,
    MemberChanged,
    MemberJoined,
    MemberRemoved,
)
from tongbao.core.identity.models import CompanyRow, MembershipRow, UserRow
from tongbao.core.identity.service.actors import is_member_at
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

_DUAL_CONTROLLED: Final = (
    "SELECT w.id FROM unnest(%s::uuid[]) AS w(id) WHERE EXISTS"
    " (SELECT FROM identity_company c WHERE c.party_id = w.id AND c.dual_control)"
)


async def members(tx: ReadSession, *, party_id: UUID, at: datetime) -> list[Membership]:
    """Return who acts for a party, the longest there first."""
    rows = await tx.execute(
        select(MembershipRow, UserRow.login, UserRow.name)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(MembershipRow.party_id == party_id, is_member_at(at))
        .order_by(MembershipRow.id)
        .limit(MEMBERS_PER_PARTY_MAX)
    )
    return [_membership(row, login, name) for row, login, name in rows]


async def membership_of(
    tx: ReadSession, *, user_id: UUID, party_id: UUID, at: datetime
) -> Membership | None:
    """Return as what a user acts for a party; None if they do not."""
    found = (
        await tx.execute(
            select(MembershipRow, UserRow.login, UserRow.name)
            .join(UserRow, UserRow.id == MembershipRow.user_id)
            .where(
                MembershipRow.party_id == party_id,
                MembershipRow.user_id == user_id,
                is_member_at(at),
            )
        )
    ).one_or_none()
    return None if found is None else _membership(*found)


async def dual_control(tx: ReadSession, *, party_id: UUID) -> bool:
    """Tell whether a company demands a second person for its payments and users."""
    found = await tx.scalar(select(CompanyRow.dual_control).where(CompanyRow.party_id == party_id))
    return bool(found)


async def dual_controlled(tx: ReadSession, party_ids: Collection[UUID]) -> set[UUID]:
    """Return which of some parties demand a second person for their payments and users."""
    wanted = array(Kind.UUID, [each.bytes for each in party_ids])
    return {row[0] for row in await tx.fetch(_DUAL_CONTROLLED, (wanted,))}


async def set_dual_control(
    tx: WriteSession, *, party_id: UUID, dual_control: bool, changed_by: UUID, at: datetime
) -> None:
    """Demand a second person from now on, or no longer; the same again changes nothing.

    Raises `NotACompany`, and `LastAdministrator` when there is nobody to approve what the only
    administrator proposes.
    """
    company = await lock_company(tx, party_id=party_id)
    if company.dual_control == dual_control:
        return
    if dual_control:
        await _keep_administrators(tx, party_id=party_id, dual_control=True, at=at)
    company.dual_control = dual_control
    await tx.flush()
    changed = DualControlChanged(party_id=party_id, dual_control=dual_control, by=changed_by)
    await outbox.append(tx, [changed], at=at)


async def add_member(
    tx: WriteSession,
    *,
    user_id: UUID,
    party_id: UUID,
    role: MemberRole,
    bands: Bands,
    day_bands: Bands = BY_PAYMENT,
    ends_at: datetime | None = None,
    added_by: UUID,
    at: datetime,
) -> Membership:
    """Let a user act for a party from now on; whoever does already changes.

    Raises `BadBands`, `BadTerm`, `TooManyMembers` and `LastAdministrator`.
    """
    check_bands(bands, day_bands)
    check_term(ends_at=ends_at, at=at)
    company = await lock_company(tx, party_id=party_id, companies_only=False)
    count = await tx.scalar(
        select(func.count())
        .select_from(MembershipRow)
        .where(MembershipRow.party_id == party_id, is_member_at(at))
    )
    if (count or 0) >= MEMBERS_PER_PARTY_MAX:
        raise TooManyMembers(members_max=MEMBERS_PER_PARTY_MAX)
    was = await tx.scalar(
        update(MembershipRow)
        .where(
            MembershipRow.party_id == party_id,
            MembershipRow.user_id == user_id,
            MembershipRow.removed_at.is_(None),
        )
        .values(removed_at=at)
        .returning(MembershipRow.role)
    )
    made = await _insert(
        tx,
        user_id=user_id,
        party_id=party_id,
        role=role,
        bands=bands,
        day_bands=day_bands,
        ends_at=ends_at,
        at=at,
    )
    if was in ADMINISTRATORS:  # they may have become less
        await _keep_administrators(tx, party_id=party_id, dual_control=company.dual_control, at=at)
    joined = MemberJoined(
        membership_id=made, user_id=user_id, party_id=party_id, role=role.value, by=added_by
    )
    await outbox.append(tx, [joined], at=at)
    return await _get(tx, made)


async def change_member(
    tx: WriteSession,
    *,
    membership_id: UUID,
    party_id: UUID,
    role: MemberRole,
    bands: Bands,
    day_bands: Bands = BY_PAYMENT,
    ends_at: datetime | None = None,
    changed_by: UUID,
    at: datetime,
) -> Membership:
    """Give a member another role, other bands or another end; the old row stays as history.

    Raises `UnknownMember`, `BadBands`, `BadTerm`, and `LastAdministrator` when too few would be
    left to manage the company.
    """
    check_bands(bands, day_bands)
    check_term(ends_at=ends_at, at=at)
    company = await lock_company(tx, party_id=party_id)
    user_id = await _end(tx, membership_id=membership_id, party_id=party_id, at=at)
    made = await _insert(
        tx,
        user_id=user_id,
        party_id=party_id,
        role=role,
        bands=bands,
        day_bands=day_bands,
        ends_at=ends_at,
        at=at,
    )
    await _keep_administrators(tx, party_id=party_id, dual_control=company.dual_control, at=at)
    changed = MemberChanged(
        membership_id=made, user_id=user_id, party_id=party_id, role=role.value, by=changed_by
    )
    await outbox.append(tx, [changed], at=at)
    return await _get(tx, made)


async def remove_member(
    tx: WriteSession, *, membership_id: UUID, party_id: UUID, removed_by: UUID, at: datetime
) -> None:
    """End a membership now. Raises `UnknownMember` and `LastAdministrator`."""
    company = await lock_company(tx, party_id=party_id)
    user_id = await _end(tx, membership_id=membership_id, party_id=party_id, at=at)
    await _keep_administrators(tx, party_id=party_id, dual_control=company.dual_control, at=at)
    removed = MemberRemoved(
        membership_id=membership_id, user_id=user_id, party_id=party_id, by=removed_by
    )
    await outbox.append(tx, [removed], at=at)


async def lock_company(
    tx: WriteSession, *, party_id: UUID, companies_only: bool = True
) -> CompanyRow:
    """Return the company's row, locked: changes of its users come one after the other.

    Raises `parties.UnknownParty` and `NotACompany`.
    """
    party = await parties.get(tx, party_id)
    if companies_only and party.kind is not parties.PartyKind.ORGANISATION:
        raise NotACompany
    # First the row, then the lock: locking a row that is not there locks nothing.
    await tx.execute(insert(CompanyRow).values(party_id=party_id).on_conflict_do_nothing())
    return (
        await tx.execute(
            select(CompanyRow)
            .where(CompanyRow.party_id == party_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).scalar_one()


async def _keep_administrators(
    tx: ReadSession, *, party_id: UUID, dual_control: bool, at: datetime
) -> None:
    """Raise `LastAdministrator` if too few people who stay could manage the company.

    One whose term ends does not count: nobody would be there the day after.
    """
    least = administrators_min(dual_control=dual_control)
    people = await tx.scalar(
        select(func.count(func.distinct(func.coalesce(UserRow.person_id, UserRow.id))))
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .where(
            MembershipRow.party_id == party_id,
            MembershipRow.role.in_(sorted(ADMINISTRATORS)),
            MembershipRow.ends_at.is_(None),
            is_member_at(at),
            UserRow.blocked_at.is_(None),
        )
    )
    if (people or 0) < least:
        raise LastAdministrator(administrators_min=least)


async def _insert(
    tx: WriteSession,
    *,
    user_id: UUID,
    party_id: UUID,
    role: MemberRole,
    bands: Bands,
    day_bands: Bands,
    ends_at: datetime | None,
    at: datetime,
) -> MembershipId:
    made = MembershipId(new_id())
    await tx.execute(
        insert(MembershipRow).values(
            id=made,
            user_id=user_id,
            party_id=party_id,
            role=role.value,
            bands=plain_bands(bands),
            day_bands=plain_bands(day_bands),
            starts_at=at,
            ends_at=ends_at,
        )
    )
    return made


async def _end(tx: WriteSession, *, membership_id: UUID, party_id: UUID, at: datetime) -> UUID:
    """End a membership of this party; return whose it was."""
    user_id: UUID | None = await tx.scalar(
        update(MembershipRow)
        .where(
            MembershipRow.id == membership_id, MembershipRow.party_id == party_id, is_member_at(at)
        )
        .values(removed_at=at)
        .returning(MembershipRow.user_id)
    )
    if user_id is None:
        raise UnknownMember
    return user_id


async def _get(tx: ReadSession, membership_id: UUID) -> Membership:
    row, login, name = (
        await tx.execute(
            select(MembershipRow, UserRow.login, UserRow.name)
            .join(UserRow, UserRow.id == MembershipRow.user_id)
            .where(MembershipRow.id == membership_id)
        )
    ).one()
    return _membership(row, login, name)


def _membership(row: MembershipRow, login: str, name: str) -> Membership:
    return Membership(
        id=MembershipId(row.id),
        user_id=row.user_id,
        party_id=row.party_id,
        role=MemberRole(row.role),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        login=login,
        name=name,
        bands=bands_of(row.bands),
        day_bands=bands_of(row.day_bands),
    )
