"""Recoveries begun by staff, for who has lost the password or every contact as well.

One member of staff has looked at the person and proposes it, another approves
(`service/proposing.py`). It waits, is told and is called off like any other; since nothing more can
be asked of its owner, a job completes it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.identity.domain import OwnUser
from tongbao.core.identity.domain.recoveries import (
    BY_STAFF,
    Recovery,
    RecoveryImpossible,
    RecoveryWaits,
)
from tongbao.core.identity.models import RecoveryRow
from tongbao.core.identity.service.challenges import own_factors
from tongbao.core.identity.service.open_recoveries import locked_recovery
from tongbao.core.identity.service.queueing import queue_for
from tongbao.core.identity.service.recoveries import begin_wait, take_factors_away
from tongbao.infra.db import ReadSession, WriteSession

DUE_MAX: Final = 100


async def check_recovery_by_staff(tx: ReadSession, *, user_id: UUID, by: Sequence[UUID]) -> None:
    """Raise `OwnUser` for oneself, `RecoveryImpossible` for who has no factor to lose."""
    if user_id in by:
        raise OwnUser
    if not await own_factors(tx, user_id=user_id):
        raise RecoveryImpossible


async def recover_by_staff(
    tx: WriteSession, *, user_id: UUID, by: Sequence[UUID], at: datetime
) -> Recovery:
    """Have the waiting period begin; `by` are who proposed and who approved.

    Raises as `check_recovery_by_staff`, and `RecoveryWaits` while one is under way.
    """
    await queue_for(tx, user_id)
    await check_recovery_by_staff(tx, user_id=user_id, by=by)
    pending = await locked_recovery(tx, user_id=user_id, at=at)
    if pending is not None:
        raise RecoveryWaits(ready_at=pending.ready_at)
    return await begin_wait(tx, user_id=user_id, factor=BY_STAFF, address="", at=at)


async def due_by_staff(tx: ReadSession, *, at: datetime) -> Sequence[UUID]:
    """Return the users whose recovery was begun by staff and has waited, a bounded number."""
    rows = await tx.scalars(
        select(RecoveryRow.user_id)
        .where(
            RecoveryRow.ended_at.is_(None),
            RecoveryRow.factor == BY_STAFF,
            RecoveryRow.ready_at <= at,
            RecoveryRow.expires_at > at,
        )
        .order_by(RecoveryRow.ready_at)
        .limit(DUE_MAX)
    )
    return list(rows)


async def complete_by_staff(tx: WriteSession, *, user_id: UUID, at: datetime) -> bool:
    """Complete what staff has begun, after its wait; return whether there was anything to."""
    await queue_for(tx, user_id)
    found = await locked_recovery(tx, user_id=user_id, at=at)
    if found is None or found.factor != BY_STAFF or at < found.ready_at:
        return False
    await take_factors_away(tx, found, at=at)
    return True
