"""What a channel's reason means and what to do about it, as staff have set it."""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from tongbao.core.channels.domain.instructions import Answer
from tongbao.core.channels.domain.reasons import ChannelReason
from tongbao.core.channels.models import ReasonRow
from tongbao.core.channels.service.configuration import current
from tongbao.core.channels.service.settings import holds, reason_entry
from tongbao.infra.db import ReadSession

log = structlog.get_logger(__name__)


async def explained(channel: str, answer: Answer) -> Answer:
    """Return an answer with its reason as it is set now; without a database as the plug-in says it.

    An answer of a channel is never lost for want of words about it.
    """
    configuration = current()
    if answer.reason is None or configuration.database is None:
        return answer
    try:
        async with configuration.database.read() as tx:
            told = await explain(tx, channel, answer.reason, at=configuration.clock())
    except (SQLAlchemyError, OSError):
        log.exception("channel_reasons_not_read", channel=channel)
        return answer
    return replace(answer, reason=told)


async def explain(
    tx: ReadSession, channel: str, said: ChannelReason, *, at: datetime
) -> ChannelReason:
    """Return a reason as set at a moment: for the channel's code, else for ours everywhere."""
    of_code = f"{channel}/{said.channel_code or ''}"
    rows = await tx.scalars(
        select(ReasonRow).where(holds(ReasonRow, at), ReasonRow.key.in_([of_code, said.code]))
    )
    entries = {row.key: reason_entry(row) for row in rows}
    entry = entries.get(of_code) or entries.get(said.code)
    return said if entry is None else entry.applied(said)
