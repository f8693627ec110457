"""What happens whenever a factor of a user's own comes or goes, of whatever kind."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from tongbao.core.identity.domain.recoveries import Means
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.models import CeremonyRow, TotpRow
from tongbao.core.identity.service.challenges import end_challenges, own_factors
from tongbao.core.identity.service.open_recoveries import call_off
from tongbao.core.identity.service.recovery_codes import (
    NAME,
    first_recovery_codes,
    forget_recovery_codes,
)
from tongbao.core.identity.service.security import note
from tongbao.core.identity.service.step_up import end_step_ups
from tongbao.infra.db import WriteSession


async def factor_was_added(
    tx: WriteSession, *, user_id: UUID, kind: SecurityKind, at: datetime
) -> Sequence[str]:
    """Tell the user, and return recovery codes for somebody who has none left, shown this once.

    What is under way ends, other factors half set up too: it may have been begun by a thief who
    reads the user's messages or sits at their session, and must not outlive the moment from which
    that proves nothing any more.
    """
    await tx.execute(delete(CeremonyRow).where(CeremonyRow.user_id == user_id))
    await tx.execute(
        delete(TotpRow).where(TotpRow.user_id == user_id, TotpRow.confirmed_at.is_(None))
    )
    await end_challenges(tx, user_id=user_id, at=at)
    await end_step_ups(tx, user_id=user_id, at=at)
    await call_off(tx, user_id=user_id, means=Means.FACTOR, at=at)
    await note(tx, user_id=user_id, kind=kind, facts={}, at=at)
    return await first_recovery_codes(tx, user_id=user_id, at=at)


async def factor_was_removed(
    tx: WriteSession, *, user_id: UUID, kind: SecurityKind, at: datetime
) -> None:
    """Tell the user; forget the recovery codes of who has no other factor for them to stand in."""
    await note(tx, user_id=user_id, kind=kind, facts={}, at=at)
    if set(await own_factors(tx, user_id=user_id)) <= {NAME}:
        await forget_recovery_codes(tx, user_id=user_id)
