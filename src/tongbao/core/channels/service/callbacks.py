"""Messages of channels: checked by their raw bytes, stored once, then told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.channels.domain.errors import CallbackUnreadable, UnknownCallback
from tongbao.core.channels.domain.notices import Notice
from tongbao.core.channels.events import CallbackReceived
from tongbao.core.channels.gateways.plugin import Receipt
from tongbao.core.channels.models import CallbackRow
from tongbao.core.channels.service.configuration import gateway
from tongbao.infra import crypto, outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

FIELD: Final = "channels_callback.body_sealed"
EVENT_ID_LENGTH_MAX: Final = 64
HEADER_LENGTH_MAX: Final = 1_000


async def receive(
    tx: WriteSession, channel: str, *, headers: Mapping[str, str], body: bytes, at: datetime
) -> Receipt:
    """Take a message in and tell of it; one that was taken before is answered and nothing more.

    `body` is what came, byte for byte; names of `headers` are in lower case. Raises
    `UnknownChannel`, `CallbackRefused`, `CallbackUnreadable`.
    """
    at_channel = gateway(channel)
    told = at_channel.read_callback(headers, body, at=at)
    if not (told.event_id.isprintable() and 1 <= len(told.event_id) <= EVENT_ID_LENGTH_MAX):
        raise CallbackUnreadable(channel=channel, cause="id")
    callback_id = new_id()
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    stored = await tx.execute(
        upsert(CallbackRow)
        .values(
            id=callback_id,
            channel=channel,
            event_id=told.event_id,
            headers={name: headers[name] for name in sorted(headers) if _is_kept(name, headers)},
            body_sealed=box.seal(body, field=FIELD, row=callback_id),
            received_at=at,
        )
        .on_conflict_do_nothing(index_elements=["channel", "event_id"])
        .returning(CallbackRow.id)
    )
    if stored.first() is not None:
        events = [
            CallbackReceived(
                channel=channel, reference=each.reference, kind=each.kind, callback_id=callback_id
            )
            for each in told.notices
        ]
        await outbox.append(tx, events, at=at)
    return at_channel.receipt()


async def notices(tx: ReadSession, callback_id: UUID) -> tuple[Notice, ...]:
    """Return what a message said; of `channels.callback_received` by its `callback_id`.

    It is read from the stored bytes and its signature checked again. Raises `UnknownCallback`,
    and what `receive` does.
    """
    row = await tx.get(CallbackRow, callback_id)
    if row is None:
        raise UnknownCallback
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    body = box.open_bytes(row.body_sealed, field=FIELD, row=row.id)
    at_channel = gateway(row.channel)
    return at_channel.read_callback(row.headers, body, at=row.received_at).notices


def _is_kept(name: str, headers: Mapping[str, str]) -> bool:
    return name.startswith("x-") and len(headers[name]) <= HEADER_LENGTH_MAX
