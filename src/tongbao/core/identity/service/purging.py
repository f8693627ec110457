"""Tidying up: what is over and proves nothing any more is deleted."""

from datetime import datetime, timedelta
from typing import Final

from tongbao.core.identity.service.attempts import purge_attempts
from tongbao.core.identity.service.challenges import purge_challenges
from tongbao.core.identity.service.codes import purge_codes
from tongbao.core.identity.service.sessions import purge_sessions
from tongbao.infra.db import WriteSession

SESSIONS_KEPT: Final = timedelta(days=30)
OVER_KEPT: Final = timedelta(days=1)


async def purge(tx: WriteSession, *, at: datetime) -> None:
    """Delete sessions, codes, challenges and counts whose time is over."""
    await purge_sessions(tx, before=at - SESSIONS_KEPT)
    await purge_codes(tx, before=at - OVER_KEPT)
    await purge_challenges(tx, before=at - OVER_KEPT)
    await purge_attempts(tx, at=at)
