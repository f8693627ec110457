"""Inviting company users: to a log-in name, whether or not anybody has it, so nothing is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import (
    BY_PAYMENT,
    INVITATION_LIFETIME,
    Bands,
    Invitation,
    InvitationId,
    MemberRole,
    Membership,
    UnknownInvitation,
    UserKind,
    bands_of,
    check_bands,
    check_term,
    clean_login,
    plain_bands,
)
from tongbao.core.identity.events import InvitationWithdrawn, MemberInvited
from tongbao.core.identity.models import InvitationRow, UserRow
from tongbao.core.identity.service.memberships import add_member, lock_company
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

INVITATIONS_SHOWN_MAX = 100


async def invite(
    tx: WriteSession,
    *,
    party_id: UUID,
    login: str,
    role: MemberRole,
    bands: Bands,
    day_bands: Bands = BY_PAYMENT,
    ends_at: datetime | None = None,
    invited_by: UUID,
    at: datetime,
) -> Invitation:
    """Offer a log-in name a place in a company; another offer to the same name takes its place.

    Raises `LoginMalformed`, `BadBands`, `BadTerm`, `NotACompany` and `parties.UnknownParty`.
    """
    check_bands(bands, day_bands)
    check_term(ends_at=ends_at, at=at)
    invitation = Invitation(
        id=InvitationId(new_id()),
        party_id=party_id,
        login=clean_login(login),
        role=role,
        bands=bands,
        day_bands=day_bands,
        ends_at=ends_at,
        invited_by=invited_by,
        invited_at=at,
        expires_at=at + INVITATION_LIFETIME,
    )
    await lock_company(tx, party_id=party_id)
    await tx.execute(
        update(InvitationRow)
        .where(
            InvitationRow.party_id == party_id,
            InvitationRow.login == invitation.login,
            InvitationRow.closed_at.is_(None),
        )
        .values(closed_at=at)
    )
    await tx.execute(
        insert(InvitationRow).values(
            id=invitation.id,
            party_id=party_id,
            login=invitation.login,
            role=role.value,
            bands=plain_bands(bands),
            day_bands=plain_bands(day_bands),
            ends_at=ends_at,
            invited_by=invited_by,
            invited_at=at,
            expires_at=invitation.expires_at,
        )
    )
    invited = MemberInvited(
        invitation_id=invitation.id, party_id=party_id, role=role.value, by=invited_by
    )
    await outbox.append(tx, [invited], at=at)
    return invitation


async def invitations_for(tx: ReadSession, *, user_id: UUID, at: datetime) -> list[Invitation]:
    """Return the open invitations to a user's log-in name, the latest first."""
    rows = await tx.scalars(
        select(InvitationRow)
        .join(UserRow, UserRow.login == InvitationRow.login)
        .where(
            UserRow.id == user_id,
            UserRow.kind == UserKind.CUSTOMER.value,
            *_open(at),
        )
        .order_by(InvitationRow.id.desc())
        .limit(INVITATIONS_SHOWN_MAX)
    )
    return [_invitation(row) for row in rows]


async def invitations_of(
    tx: ReadSession,
    *,
    party_id: UUID,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
    at: datetime,
) -> Page[Invitation]:
    """Return whom a company has invited who has not answered yet, the latest first.

    Raises `kernel.page.BadCursor`.
    """
    query = select(InvitationRow).where(InvitationRow.party_id == party_id, *_open(at))
    if after is not None:
        query = query.where(InvitationRow.id < decode_cursor(after, UUID)[0])
    rows = await tx.scalars(query.order_by(InvitationRow.id.desc()).limit(limit + 1))
    return Page[Invitation].of(
        [_invitation(row) for row in rows], limit=limit, cursor=lambda last: encode_cursor(last.id)
    )


async def withdraw_invitation(
    tx: WriteSession, *, invitation_id: UUID, party_id: UUID, withdrawn_by: UUID, at: datetime
) -> None:
    """Offer a membership no longer. Raises `UnknownInvitation`, also for one that was accepted."""
    withdrawn = await tx.scalar(
        update(InvitationRow)
        .where(InvitationRow.id == invitation_id, InvitationRow.party_id == party_id, *_open(at))
        .values(closed_at=at)
        .returning(InvitationRow.id)
    )
    if withdrawn is None:
        raise UnknownInvitation
    event = InvitationWithdrawn(invitation_id=invitation_id, party_id=party_id, by=withdrawn_by)
    await outbox.append(tx, [event], at=at)


async def accept_invitation(
    tx: WriteSession, *, invitation_id: UUID, user_id: UUID, at: datetime
) -> Membership:
    """Join the company, once. Raises `UnknownInvitation`, also for one to somebody else."""
    row = await tx.scalar(
        select(InvitationRow)
        .join(UserRow, UserRow.login == InvitationRow.login)
        .where(
            InvitationRow.id == invitation_id,
            UserRow.id == user_id,
            UserRow.kind == UserKind.CUSTOMER.value,
        )
        .with_for_update(of=InvitationRow)
        .execution_options(populate_existing=True)
    )
    if row is None or row.closed_at is not None or row.expires_at <= at:
        raise UnknownInvitation
    row.closed_at = at
    await tx.flush()
    return await add_member(
        tx,
        user_id=user_id,
        party_id=row.party_id,
        role=MemberRole(row.role),
        bands=bands_of(row.bands),
        day_bands=bands_of(row.day_bands),
        ends_at=row.ends_at,
        added_by=row.invited_by,
        at=at,
    )


def _open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (InvitationRow.closed_at.is_(None), InvitationRow.expires_at > at)


def _invitation(row: InvitationRow) -> Invitation:
    return Invitation(
        id=InvitationId(row.id),
        party_id=row.party_id,
        login=row.login,
        role=MemberRole(row.role),
        bands=bands_of(row.bands),
        day_bands=bands_of(row.day_bands),
        ends_at=row.ends_at,
        invited_by=row.invited_by,
        invited_at=row.invited_at,
        expires_at=row.expires_at,
    )
