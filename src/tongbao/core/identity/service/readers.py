"""For whoever tells people something: who acts for a party, and whose log-ins still stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, union_all

from tongbao.core.identity.domain import MemberRole
from tongbao.core.identity.domain.sessions import IDLE_MAX
from tongbao.core.identity.models import (
    ContactRow,
    MembershipRow,
    SessionRow,
    TokenRow,
    UserRow,
)
from tongbao.core.identity.service.actors import is_member_at
from tongbao.infra.db import ReadSession


@dataclass(frozen=True, slots=True)
class Reader:
    """A user who may know of a party's business, and as what."""

    user_id: UUID
    party_id: UUID
    role: MemberRole


async def readers_of(
    tx: ReadSession, *, party_ids: Collection[UUID], at: datetime
) -> Sequence[Reader]:
    """Return who acts for some parties at this moment; nobody whose log-in is blocked."""
    rows = await tx.execute(
        select(MembershipRow.user_id, MembershipRow.party_id, MembershipRow.role)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(
            MembershipRow.party_id.in_(list(party_ids)),
            is_member_at(at),
            UserRow.blocked_at.is_(None),
        )
        .order_by(MembershipRow.party_id, MembershipRow.id)
    )
    return [Reader(row.user_id, row.party_id, MemberRole(row.role)) for row in rows]


async def reachable_among(tx: ReadSession, *, user_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of some users have a verified contact."""
    found = await tx.scalars(
        select(ContactRow.user_id).where(ContactRow.user_id.in_(list(user_ids)))
    )
    return frozenset(found)


async def standing_among(
    tx: ReadSession, *, session_ids: Collection[UUID], at: datetime
) -> frozenset[UUID]:
    """Return which of these sessions and tokens (`Actor.session_id`) still let their user in."""
    ids = list(session_ids)
    sessions = select(SessionRow.id, SessionRow.user_id).where(
        SessionRow.id.in_(ids),
        SessionRow.ended_at.is_(None),
        SessionRow.expires_at > at,
        SessionRow.last_seen_at > at - IDLE_MAX,
    )
    tokens = select(TokenRow.id, TokenRow.user_id).where(
        TokenRow.id.in_(ids), TokenRow.revoked_at.is_(None), TokenRow.expires_at > at
    )
    both = union_all(sessions, tokens).subquery()
    found = await tx.scalars(
        select(both.c.id)
        .join(UserRow, UserRow.id == both.c.user_id)
        .where(UserRow.blocked_at.is_(None))
    )
    return frozenset(found)
