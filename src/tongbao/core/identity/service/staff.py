"""Users as staff sees them: list, create and give roles with four eyes, block and unblock."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.core.identity.domain import (
    OwnUser,
    Role,
    RolesMismatch,
    UnknownUser,
    User,
    UserId,
    UserKind,
    check_roles,
)
from tongbao.core.identity.domain.sessions import Ended
from tongbao.core.identity.events import RolesChanged, UserBlocked, UserUnblocked
from tongbao.core.identity.models import MembershipRow, UserRow
from tongbao.core.identity.service.logging_in import revoke_tokens
from tongbao.core.identity.service.sessions import end_sessions
from tongbao.core.identity.service.users import user_of
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor


async def get_user(tx: ReadSession, user_id: UUID) -> User:
    """Return one user. Raises `UnknownUser`."""
    row = await tx.get(UserRow, user_id)
    if row is None:
        raise UnknownUser
    return (await _users(tx, [row]))[0]


async def list_users(
    tx: ReadSession,
    *,
    login: str | None = None,
    kind: UserKind | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[User]:
    """Return users, the latest first; only those whose log-in name begins so, or of one kind.

    Raises `kernel.page.BadCursor`.
    """
    query = select(UserRow).order_by(UserRow.id.desc()).limit(limit + 1)
    if login is not None:
        query = query.where(UserRow.login.startswith(login.strip().lower(), autoescape=True))
    if kind is not None:
        query = query.where(UserRow.kind == kind.value)
    if after is not None:
        query = query.where(UserRow.id < decode_cursor(after, UUID)[0])
    rows = list(await tx.scalars(query))
    return Page[User].of(
        await _users(tx, rows), limit=limit, cursor=lambda last: encode_cursor(last.id)
    )


async def check_new_roles(
    tx: ReadSession, *, user_id: UUID, roles: Collection[Role], proposed_by: UUID
) -> None:
    """Raise what `change_roles` would, so that nobody is asked to approve what cannot be."""
    user = await get_user(tx, user_id)
    if user_id == proposed_by:
        raise OwnUser
    if user.kind is not UserKind.STAFF:
        raise RolesMismatch
    check_roles(kind=UserKind.STAFF, roles=frozenset(roles), party_ids=frozenset())


async def change_roles(
    tx: WriteSession,
    *,
    user_id: UUID,
    roles: Collection[Role],
    changed_by: UUID,
    approved_by: UUID,
    at: datetime,
) -> User:
    """Give a member of staff these roles instead of theirs, at once: they hold per request.

    Raises `UnknownUser`, `OwnUser` for one's own roles on either side, `RolesMismatch` and
    `DutiesNotSeparated`.
    """
    row = await _locked(tx, user_id)
    if user_id in {changed_by, approved_by}:
        raise OwnUser
    if row.kind != UserKind.STAFF.value:
        raise RolesMismatch
    check_roles(kind=UserKind.STAFF, roles=frozenset(roles), party_ids=frozenset())
    row.roles = sorted(role.value for role in set(roles))
    await tx.flush()
    changed = RolesChanged(user_id=user_id, roles=row.roles, by=changed_by, approved_by=approved_by)
    await outbox.append(tx, [changed], at=at)
    return (await _users(tx, [row]))[0]


async def block_user(
    tx: WriteSession, *, user_id: UUID, reason: str, blocked_by: UUID, at: datetime
) -> User:
    """Let a user do nothing more: every token and session ends now, and none is given out.

    Blocking again changes nothing. Raises `UnknownUser`, and `OwnUser` for oneself, so that the
    last administrator stays.
    """
    if user_id == blocked_by:
        raise OwnUser
    row = await _locked(tx, user_id)
    if row.blocked_at is None:
        row.blocked_at = at
        await tx.flush()
        await revoke_tokens(tx, user_id=user_id, at=at)
        await end_sessions(tx, user_id=user_id, why=Ended.REVOKED, at=at)
        blocked = UserBlocked(user_id=user_id, by=blocked_by, reason=reason.strip())
        await outbox.append(tx, [blocked], at=at)
    return (await _users(tx, [row]))[0]


async def unblock_user(
    tx: WriteSession, *, user_id: UUID, reason: str, unblocked_by: UUID, at: datetime
) -> User:
    """Let a user log in again; what had ended stays ended. Raises `UnknownUser`."""
    row = await _locked(tx, user_id)
    if row.blocked_at is not None:
        row.blocked_at = None
        await tx.flush()
        unblocked = UserUnblocked(user_id=user_id, by=unblocked_by, reason=reason.strip())
        await outbox.append(tx, [unblocked], at=at)
    return (await _users(tx, [row]))[0]


async def _locked(tx: WriteSession, user_id: UUID) -> UserRow:
    row = await tx.scalar(
        select(UserRow)
        .where(UserRow.id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownUser
    return row


async def _users(tx: ReadSession, rows: Collection[UserRow]) -> list[User]:
    """Return users with the parties they act for, looked up together."""
    found = await tx.execute(
        select(MembershipRow.user_id, MembershipRow.party_id).where(
            MembershipRow.user_id.in_([row.id for row in rows]), MembershipRow.removed_at.is_(None)
        )
    )
    acts_for: dict[UUID, set[UUID]] = {}
    for user_id, party_id in found:
        acts_for.setdefault(UserId(user_id), set()).add(party_id)
    return [user_of(row, frozenset(acts_for.get(row.id, ()))) for row in rows]
