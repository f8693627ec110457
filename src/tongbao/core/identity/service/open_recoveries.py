"""The recovery that a user has under way: found under its lock, ended, called off.

Below logging in and step-up, which call it off: a factor that is used is not lost.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from tongbao.core.identity.domain.recoveries import COOLING, Ending, Means, Recovery
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.models import RecoveryRow
from tongbao.core.identity.service.queueing import queue_for
from tongbao.core.identity.service.security import note
from tongbao.infra.db import ReadSession, WriteSession


async def find_recovery(tx: ReadSession, *, user_id: UUID, at: datetime) -> Recovery | None:
    """Return the recovery that a user has under way, waiting or ready."""
    row = await tx.scalar(
        select(RecoveryRow).where(
            RecoveryRow.user_id == user_id,
            RecoveryRow.ended_at.is_(None),
            RecoveryRow.expires_at > at,
        )
    )
    return None if row is None else recovery_of(row)


async def locked_recovery(tx: WriteSession, *, user_id: UUID, at: datetime) -> Recovery | None:
    """Return it locked until this transaction ends, so that it ends once; end one that expired.

    Of two who end it at once the second finds none: after its wait the database looks again.
    """
    row = await tx.scalar(
        select(RecoveryRow)
        .where(RecoveryRow.user_id == user_id, RecoveryRow.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    found = recovery_of(row)
    if at < found.expires_at:
        return found
    await end_recovery(tx, found, Ending.EXPIRED, at=at)
    return None


async def end_recovery(
    tx: WriteSession,
    recovery: Recovery,
    ending: Ending,
    *,
    means: Means | None = None,
    at: datetime,
) -> None:
    """End a recovery that is locked."""
    await tx.execute(
        update(RecoveryRow)
        .where(RecoveryRow.id == recovery.id, RecoveryRow.ended_at.is_(None))
        .values(ended_at=at, ending=ending, means=means)
        .execution_options(synchronize_session=False)
    )


async def call_off(tx: WriteSession, *, user_id: UUID, means: Means, at: datetime) -> bool:
    """Call off the user's recovery and tell them; return whether there was one."""
    await queue_for(tx, user_id)
    found = await locked_recovery(tx, user_id=user_id, at=at)
    if found is None:
        return False
    await end_recovery(tx, found, Ending.CANCELLED, means=means, at=at)
    facts = {"means": means.value}
    await note(tx, user_id=user_id, kind=SecurityKind.RECOVERY_CANCELLED, facts=facts, at=at)
    return True


async def cooling_until(tx: ReadSession, *, user_id: UUID, at: datetime) -> datetime | None:
    """Return until when the user's account is spared after a recovery; None if it is not."""
    ended: datetime | None = await tx.scalar(
        select(RecoveryRow.ended_at)
        .where(
            RecoveryRow.user_id == user_id,
            RecoveryRow.ending == Ending.COMPLETED.value,
            RecoveryRow.ended_at > at - COOLING,
        )
        .order_by(RecoveryRow.ended_at.desc())
        .limit(1)
    )
    return None if ended is None else ended + COOLING


def recovery_of(row: RecoveryRow) -> Recovery:
    """Return the recovery of a row."""
    return Recovery(
        id=row.id,
        user_id=row.user_id,
        factor=row.factor,
        requested_at=row.requested_at,
        ready_at=row.ready_at,
        expires_at=row.expires_at,
    )
