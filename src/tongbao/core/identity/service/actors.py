"""From a user's row to the `Actor` that requests act as."""

from typing import Any, Final

from sqlalchemy import Row, func, select

from tongbao.core.identity.domain import Role, UserKind, permissions
from tongbao.core.identity.models import UserPartyRow, UserRow
from tongbao.infra.auth import Actor

_ACTS_FOR: Final = (
    select(UserPartyRow.party_id).where(UserPartyRow.user_id == UserRow.id).scalar_subquery()
)
# What `actor_of` needs, for the one query that also finds the token or session.
ACTOR_COLUMNS: Final = (
    UserRow.id,
    UserRow.kind,
    UserRow.name,
    UserRow.roles,
    func.array(_ACTS_FOR).label("party_ids"),
)


def actor_of(row: Row[Any]) -> Actor:
    """Return the actor of a row with `ACTOR_COLUMNS`."""
    return Actor(
        id=row.id,
        kind=UserKind(row.kind).value,
        name=row.name,
        party_ids=frozenset(row.party_ids),
        permissions=permissions(Role(role) for role in row.roles),
    )
