"""Users: who has a log-in."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import (
    LoginTaken,
    MemberRole,
    Role,
    UnknownParties,
    User,
    UserId,
    UserKind,
    check_roles,
    clean_login,
    clean_password,
    normal_login,
)
from tongbao.core.identity.events import UserCreated
from tongbao.core.identity.models import MembershipRow, UserRow
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.passwords import hash_password
from tongbao.kernel.ids import new_id


async def create_user(
    tx: WriteSession,
    *,
    login: str,
    password: str,
    name: str,
    kind: UserKind,
    roles: Collection[Role],
    party_ids: Collection[UUID] = (),
    person_id: UUID | None = None,
    at: datetime,
) -> User:
    """Give somebody a log-in; a customer holds `party_ids` and nobody else does.

    `person_id` is the natural person who will use it, where known.

    Raises `LoginMalformed`, `PasswordTooWeak`, `parties.NameMalformed`, `RolesMismatch`,
    `DutiesNotSeparated`, `UnknownParties` and `LoginTaken`.
    """
    user = new_user(
        login=login, name=name, kind=kind, roles=roles, party_ids=party_ids, person_id=person_id
    )
    secret = clean_password(password, login=user.login)
    return await store_user(tx, user, password_hash=await hash_password(secret), at=at)


def new_user(
    *,
    login: str,
    name: str,
    kind: UserKind,
    roles: Collection[Role],
    party_ids: Collection[UUID] = (),
    person_id: UUID | None = None,
) -> User:
    """Return a user who is well formed and may hold these roles; nothing is stored.

    Raises `LoginMalformed`, `parties.NameMalformed`, `RolesMismatch` and `DutiesNotSeparated`.
    """
    user = User(
        id=UserId(new_id()),
        login=clean_login(login),
        name=parties.clean_name(name),
        kind=kind,
        roles=frozenset(roles),
        party_ids=frozenset(party_ids),
        person_id=person_id,
    )
    check_roles(kind=user.kind, roles=user.roles, party_ids=user.party_ids)
    return user


async def store_user(tx: WriteSession, user: User, *, password_hash: str, at: datetime) -> User:
    """Store a new user. Raises `UnknownParties` and `LoginTaken`."""
    named = user.party_ids | ({user.person_id} if user.person_id else set())
    if named and len(await parties.names(tx, named)) != len(named):
        raise UnknownParties
    stored = await tx.scalar(
        insert(UserRow)
        .values(
            id=user.id,
            login=user.login,
            name=user.name,
            kind=user.kind.value,
            roles=sorted(user.roles),
            password_hash=password_hash,
            person_id=user.person_id,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["login"])
        .returning(UserRow.id)
    )
    if stored is None:
        raise LoginTaken
    if user.party_ids:
        await tx.execute(
            insert(MembershipRow),
            [
                {
                    "id": new_id(),
                    "user_id": user.id,
                    "party_id": party_id,
                    "role": MemberRole.HOLDER.value,
                    "starts_at": at,
                }
                for party_id in sorted(user.party_ids)
            ],
        )
    await outbox.append(tx, [UserCreated(user_id=user.id, kind=user.kind.value)], at=at)
    return user


async def find_login(tx: ReadSession, *, user_id: UUID) -> str | None:
    """Return a user's log-in name; None for a client, which has none."""
    found: str | None = await tx.scalar(select(UserRow.login).where(UserRow.id == user_id))
    return found


async def find_user(tx: ReadSession, *, login: str) -> User | None:
    """Return the user with this login, if there is one."""
    name = normal_login(login)
    row = await tx.scalar(select(UserRow).where(UserRow.login == name))
    if row is None:
        return None
    party_ids = await tx.scalars(
        select(MembershipRow.party_id).where(
            MembershipRow.user_id == row.id, MembershipRow.removed_at.is_(None)
        )
    )
    return user_of(row, frozenset(party_ids))


def user_of(row: UserRow, party_ids: frozenset[UUID]) -> User:
    """Return the user of a row."""
    return User(
        id=UserId(row.id),
        login=row.login,
        name=row.name,
        kind=UserKind(row.kind),
        roles=frozenset(Role(role) for role in row.roles),
        party_ids=party_ids,
        person_id=row.person_id,
        blocked=row.blocked_at is not None,
    )
