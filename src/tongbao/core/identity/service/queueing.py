"""One at a time: whatever proves, adds or takes away the factors of one user."""

from uuid import UUID

from sqlalchemy import select

from tongbao.core.identity.models import UserRow
from tongbao.infra.db import WriteSession


async def queue_for(tx: WriteSession, user_id: UUID) -> None:
    """Wait for who does something of this kind for this user, until this transaction ends.

    Called before any other row of theirs is locked, so that nobody waits in a circle; guessing in
    parallel does not outrun a count, and of a factor used and a recovery completed one comes first.
    Rows that only refer to the user are not kept waiting.
    """
    await tx.execute(
        select(UserRow.id).where(UserRow.id == user_id).with_for_update(key_share=True)
    )
