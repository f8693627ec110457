"""From an event of the outbox to a message and a delivery for each endpoint that is told of it."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra import jobs
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.outbox import Consumer, Occurrence
from tongbao.infra.webhooks.configuration import Published, configuration
from tongbao.infra.webhooks.models import DeliveryRow, EndpointRow, MessageRow
from tongbao.infra.webhooks.nouns import DeliveryStatus, EndpointStatus, webhook_id
from tongbao.kernel.ids import new_id

CONSUMER: Final = "webhooks"
DELIVER: Final = "infra.webhooks.deliver"
_KNOWN: Final = "infra.webhooks.subscribers"


@dataclass(slots=True)
class _Subscribers:
    """Active endpoints by type, and their owners, as they are in this transaction."""

    by_type: Mapping[str, list[tuple[UUID, UUID]]]
    owners: Mapping[UUID, Actor]
    woken: set[UUID] = field(default_factory=set)


def consumer(published: Collection[Published]) -> Consumer:
    """Return the consumer that tells partners of what was published."""
    return Consumer(
        name=CONSUMER, handles={each.event: fan_out for each in published}, occurrences=True
    )


async def fan_out(tx: WriteSession, told: Occurrence, at: datetime) -> None:
    """Write an event once as a message, and once per endpoint that may know of it as a delivery."""
    subscribers = await _subscribers(tx)
    candidates = subscribers.by_type.get(told.event.type)
    if not candidates:
        return
    published = configuration().of_type(told.event.type)
    assert published is not None, "the consumer reads what was published"
    parties = await published.concerns(tx, told.event)
    endpoints = [
        endpoint_id
        for endpoint_id, owner_id in candidates
        if may_know(subscribers.owners.get(owner_id), published, parties)
    ]
    if not endpoints:
        return
    message_id = new_id()
    await tx.execute(
        insert(MessageRow).values(
            id=message_id,
            seq=told.seq,
            type=told.event.type,
            body=body_of(
                message_id,
                event_type=told.event.type,
                occurred_at=told.occurred_at,
                data=told.event.model_dump(mode="json"),
            ),
            occurred_at=told.occurred_at,
            created_at=at,
        )
    )
    await add_deliveries(tx, message_id, endpoints, at=at)
    for endpoint_id in endpoints:
        if endpoint_id not in subscribers.woken:  # once a transaction, whatever the number
            await wake(tx, endpoint_id)
            subscribers.woken.add(endpoint_id)


def may_know(owner: Actor | None, published: Published, parties: Collection[UUID]) -> bool:
    """Tell whether a client may be told: its own party's business, or it reads everybody's."""
    return owner is not None and (
        not owner.party_ids.isdisjoint(parties) or owner.may(published.read_any)
    )


def body_of(
    message_id: UUID, *, event_type: str, occurred_at: datetime, data: Mapping[str, object]
) -> str:
    """Return what is sent: JSON of id, type, moment and the event's own facts."""
    document = {
        "id": webhook_id(message_id),
        "type": event_type,
        "occurred_at": occurred_at.isoformat().replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


async def add_deliveries(
    tx: WriteSession, message_id: UUID, endpoint_ids: Collection[UUID], *, at: datetime
) -> list[UUID]:
    """Write a delivery that is due at once for each endpoint; return their ids."""
    rows = [
        {
            "id": new_id(),
            "endpoint_id": endpoint_id,
            "message_id": message_id,
            "status": DeliveryStatus.PENDING.value,
            "next_attempt_at": at,
            "created_at": at,
        }
        for endpoint_id in endpoint_ids
    ]
    await tx.execute(insert(DeliveryRow), rows)
    return [row["id"] for row in rows]  # type: ignore[misc]


async def wake(tx: WriteSession, endpoint_id: UUID) -> None:
    """Have a job send what is due to an endpoint; while one waits, it will do this too."""
    name = f"{DELIVER}:{endpoint_id}"
    await jobs.defer(tx, DELIVER, {"endpoint_id": str(endpoint_id)}, lock=name, queueing_lock=name)


async def _subscribers(tx: WriteSession) -> _Subscribers:
    """Return who listens, asked once a transaction: its events were committed before it began."""
    known: _Subscribers | None = tx.info.get(_KNOWN)
    if known is None:
        known = tx.info[_KNOWN] = await _find_subscribers(tx)
    return known


async def _find_subscribers(tx: ReadSession) -> _Subscribers:
    rows = await tx.execute(
        select(EndpointRow.id, EndpointRow.owner_id, EndpointRow.types).where(
            EndpointRow.status == EndpointStatus.ACTIVE.value
        )
    )
    by_type: defaultdict[str, list[tuple[UUID, UUID]]] = defaultdict(list)
    for row in rows:
        for each in row.types:
            by_type[each].append((row.id, row.owner_id))
    wanted = {owner_id for pairs in by_type.values() for _, owner_id in pairs}
    owners = await configuration().owners(tx, wanted) if wanted else {}
    return _Subscribers(by_type=by_type, owners=owners)
