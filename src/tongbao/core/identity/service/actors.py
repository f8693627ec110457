"""From a user's row to the `Actor` that requests act as."""

from collections.abc import Sequence
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select

from tongbao.core.identity.domain import Role, UserKind, permissions
from tongbao.core.identity.models import UserPartyRow, UserRow
from tongbao.infra.auth import Actor

_ACTS_FOR: Final = (
    select(UserPartyRow.party_id).where(UserPartyRow.user_id == UserRow.id).scalar_subquery()
)
# What `actor_of` needs, for the one query that also finds the token or session.
ACTOR_COLUMNS: Final = (
    UserRow.id.label("actor_id"),
    UserRow.kind,
    UserRow.name,
    UserRow.roles,
    func.array(_ACTS_FOR).label("party_ids"),
)
ACTOR_SQL: Final[LiteralString] = """
    u.id, u.kind, u.name, u.roles,
    array(SELECT p.party_id FROM identity_user_party p WHERE p.user_id = u.id)
"""
"""The same in the database's own words, for a query that has the user as `u`: `ActorFacts`."""


class ActorFacts(NamedTuple):
    """What a row says of a user."""

    actor_id: UUID
    kind: str
    name: str
    roles: Sequence[str]
    party_ids: Sequence[UUID]


def actor_of(
    row: Row[Any] | ActorFacts, *, session_id: UUID | None, factors: frozenset[str]
) -> Actor:
    """Return the actor of a row with `ACTOR_COLUMNS`, or of its facts."""
    return Actor(
        id=row.actor_id,
        kind=UserKind(row.kind).value,
        name=row.name,
        party_ids=frozenset(row.party_ids),
        permissions=permissions(Role(role) for role in row.roles),
        session_id=session_id,
        factors=factors,
    )
