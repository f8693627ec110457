"""Messages of channels: checked by their raw bytes, stored once, then told."""

from uuid import UUID

from tongbao.core.channels.domain.notices import Notice
from tongbao.infra.db import ReadSession


async def notices(tx: ReadSession, callback_id: UUID) -> tuple[Notice, ...]:
    """Return what a message said; of `channels.callback_received` by its `callback_id`.

    Raises `UnknownCallback`.
    """
    raise NotImplementedError
