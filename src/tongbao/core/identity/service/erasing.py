"""Making a user unknown: nobody logs in by it any more, and it says of nobody who they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from tongbao.core.identity.domain import MemberRole
from tongbao.core.identity.domain.sessions import Ended
from tongbao.core.identity.models import (
    IS_CURRENT,
    ContactRow,
    DeviceRow,
    ExternalLoginRow,
    MembershipRow,
    SecurityEventRow,
    SessionRow,
    TokenRow,
    UserRow,
)
from tongbao.infra import crypto
from tongbao.infra.db import ReadSession, WriteSession

ERASED_NAME: Final = "(erased)"
_NO_PASSWORD: Final = "-"  # noqa: S105 - no hash of anything


async def holders_of(tx: ReadSession, *, party_id: UUID) -> Sequence[UUID]:
    """Return who acts for a party as the person themself."""
    holders = await tx.scalars(
        select(MembershipRow.user_id).where(
            MembershipRow.party_id == party_id,
            MembershipRow.role == MemberRole.HOLDER.value,
            IS_CURRENT,
        )
    )
    return holders.all()


async def erase_holders(
    tx: WriteSession, *, party_id: UUID, reason: str, at: datetime
) -> Sequence[UUID]:
    """Forget who the holders of a party were, unless they act for another one; return their ids.

    Their sessions and tokens end at once.
    """
    other = aliased(MembershipRow)
    elsewhere = exists().where(
        other.user_id == MembershipRow.user_id,
        other.party_id != party_id,
        other.removed_at.is_(None),
    )
    holders = (
        await tx.scalars(
            select(MembershipRow.user_id).where(
                MembershipRow.party_id == party_id,
                MembershipRow.role == MemberRole.HOLDER.value,
                IS_CURRENT,
                ~elsewhere,
            )
        )
    ).all()
    for user_id in holders:
        await _erase(tx, user_id=user_id, reason=reason, at=at)
    return holders


async def _erase(tx: WriteSession, *, user_id: UUID, reason: str, at: datetime) -> None:
    await tx.execute(
        update(UserRow)
        .where(UserRow.id == user_id)
        .values(
            login=f"erased-{user_id.hex}",
            name=ERASED_NAME,
            password_hash=_NO_PASSWORD,
            blocked_at=at,
        )
    )
    await tx.execute(
        update(TokenRow)
        .where(TokenRow.user_id == user_id, TokenRow.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    await tx.execute(
        update(SessionRow)
        .where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None))
        .values(ended_at=at, end_reason=Ended.REVOKED.value)
    )
    await tx.execute(
        update(SessionRow)
        .where(SessionRow.user_id == user_id)
        .values(address="", place=None, latitude_e4=None, longitude_e4=None)
    )
    await tx.execute(
        update(DeviceRow)
        .where(DeviceRow.user_id == user_id)
        .values(fingerprint=None, user_agent="", address="", place=None, revoked_at=at)
    )
    for table in (ContactRow, ExternalLoginRow, SecurityEventRow):
        await tx.execute(delete(table).where(table.user_id == user_id))
    await crypto.destroy(tx, owner=user_id, at=at, reason=reason)
