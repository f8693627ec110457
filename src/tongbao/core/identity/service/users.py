"""Users: who has a log-in."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import (
    LoginTaken,
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
from tongbao.core.identity.models import UserPartyRow, UserRow
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
    at: datetime,
) -> User:
    """Give somebody a log-in; a customer acts for `party_ids` and nobody else does.

    Raises `LoginMalformed`, `PasswordTooWeak`, `parties.NameMalformed`, `RolesMismatch`,
    `UnknownParties` and `LoginTaken`.
    """
    user = User(
        id=UserId(new_id()),
        login=clean_login(login),
        name=parties.clean_name(name),
        kind=kind,
        roles=frozenset(roles),
        party_ids=frozenset(party_ids),
    )
    secret = clean_password(password, login=user.login)
    check_roles(kind=user.kind, roles=user.roles, party_ids=user.party_ids)
    if user.party_ids and len(await parties.names(tx, user.party_ids)) != len(user.party_ids):
        raise UnknownParties
    stored = await tx.scalar(
        insert(UserRow)
        .values(
            id=user.id,
            login=user.login,
            name=user.name,
            kind=user.kind.value,
            roles=sorted(user.roles),
            password_hash=await hash_password(secret),
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["login"])
        .returning(UserRow.id)
    )
    if stored is None:
        raise LoginTaken
    if user.party_ids:
        await tx.execute(
            insert(UserPartyRow),
            [{"user_id": user.id, "party_id": party_id} for party_id in sorted(user.party_ids)],
        )
    await outbox.append(tx, [UserCreated(user_id=user.id, kind=user.kind.value)], at=at)
    return user


async def find_user(tx: ReadSession, *, login: str) -> User | None:
    """Return the user with this login, if there is one."""
    name = normal_login(login)
    row = await tx.scalar(select(UserRow).where(UserRow.login == name))
    if row is None:
        return None
    party_ids = await tx.scalars(
        select(UserPartyRow.party_id).where(UserPartyRow.user_id == row.id)
    )
    return User(
        id=UserId(row.id),
        login=row.login,
        name=row.name,
        kind=UserKind(row.kind),
        roles=frozenset(Role(role) for role in row.roles),
        party_ids=frozenset(party_ids),
    )
