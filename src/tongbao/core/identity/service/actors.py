"""From a user's row to the `Actor` that requests act as: what they may do now, at each party."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select

from tongbao.core.identity.domain import (
    MEMBER_PERMISSIONS,
    MemberRole,
    Role,
    UserKind,
    permissions,
)
from tongbao.core.identity.models import MembershipRow, UserRow
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession

_MEMBERSHIPS: Final = (
    select(
        func.jsonb_object_agg(
            MembershipRow.party_id,
            func.jsonb_build_array(MembershipRow.role, MembershipRow.ends_at),
        )
    )
    .where(MembershipRow.user_id == UserRow.id, MembershipRow.removed_at.is_(None))
    .scalar_subquery()
)
# What `actor_of` needs, for the one query that also finds the token or session.
ACTOR_COLUMNS: Final = (
    UserRow.id.label("actor_id"),
    UserRow.kind,
    UserRow.name,
    UserRow.roles,
    UserRow.person_id,
    UserRow.blocked_at,
    _MEMBERSHIPS.label("memberships"),
)
ACTOR_SQL: Final[LiteralString] = """
    u.id, u.kind, u.name, u.roles, u.person_id, u.blocked_at,
    (SELECT jsonb_object_agg(m.party_id, jsonb_build_array(m.role, m.ends_at))
       FROM identity_membership m WHERE m.user_id = u.id AND m.removed_at IS NULL)
"""
"""The same in the database's own words, for a query that has the user as `u`: `ActorFacts`."""


def standing_of(row: LiteralString) -> LiteralString:
    """Return the expression for the digest of all that a row says (`Actor.standing`)."""
    return f"sha256(convert_to({row}::text, 'UTF8'))"


class ActorFacts(NamedTuple):
    """What a row says of a user; `memberships` are role and end (or None) by party."""

    actor_id: UUID
    kind: str
    name: str
    roles: Sequence[str]
    person_id: UUID | None
    blocked_at: datetime | None
    memberships: Mapping[str, tuple[str, str | None]] | None


def actor_of(
    row: Row[Any] | ActorFacts,
    *,
    at: datetime,
    session_id: UUID | None = None,
    factors: frozenset[str] = frozenset(),
    device_id: UUID | None = None,
    standing: bytes | None = None,
) -> Actor | None:
    """Return the actor of a row with `ACTOR_COLUMNS`, or of its facts; None if it is blocked.

    A customer's user may do what their roles at parties allow at this moment, and nothing where
    they have none. `standing` is kept only where it also tells of later: no membership ends.
    """
    if row.blocked_at is not None:
        return None
    memberships: Mapping[str, tuple[str, str | None]] = row.memberships or {}
    grants = {
        UUID(party_id): MEMBER_PERMISSIONS[MemberRole(role)]
        for party_id, (role, ends_at) in memberships.items()
        if _counts(ends_at, at)
    }
    is_customer = row.kind == UserKind.CUSTOMER
    return Actor(
        id=row.actor_id,
        kind=UserKind(row.kind).value,
        name=row.name,
        party_ids=frozenset(grants),
        permissions=(
            frozenset[str]().union(*grants.values())
            if is_customer
            else _permissions(tuple(row.roles))
        ),
        session_id=session_id,
        factors=factors,
        grants=grants,
        person_id=row.person_id,
        roles=_roles(memberships, at) if is_customer else tuple(row.roles),
        device_id=device_id,
        standing=None if any(end for _, end in memberships.values()) else standing,
    )


def _roles(memberships: Mapping[str, tuple[str, str | None]], at: datetime) -> tuple[str, ...]:
    held = {role for role, end in memberships.values() if _counts(end, at)}
    return tuple(sorted(held))


def _counts(end: str | None, at: datetime) -> bool:
    return end is None or datetime.fromisoformat(end) > at


async def find_actor(tx: ReadSession, user_id: UUID, at: datetime) -> Actor | None:
    """Return what a user may do now, by whatever log-in; None if there is none or it is blocked."""
    row = (await tx.execute(select(*ACTOR_COLUMNS).where(UserRow.id == user_id))).one_or_none()
    return None if row is None else actor_of(row, at=at)


def is_member_at(at: datetime) -> ColumnElement[bool]:
    """Return the condition under which a membership counts; it begins when it is made."""
    return MembershipRow.removed_at.is_(None) & or_(
        MembershipRow.ends_at.is_(None), MembershipRow.ends_at > at
    )


@cache
def _permissions(roles: Sequence[str]) -> frozenset[str]:
    """Return what the roles of staff and services allow; there are few combinations."""
    return permissions(Role(role) for role in roles)
