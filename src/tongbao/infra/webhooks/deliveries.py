"""The log of deliveries, sending again, trying out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.webhooks.endpoints import get_endpoint
from tongbao.infra.webhooks.errors import EndpointNotActive, PeriodUnsuitable, UnknownDelivery
from tongbao.infra.webhooks.fan_out import add_deliveries, body_of, wake
from tongbao.infra.webhooks.models import AttemptRow, DeliveryRow, EndpointRow, MessageRow
from tongbao.infra.webhooks.nouns import (
    PING,
    REPLAY_MAX,
    Attempt,
    Delivery,
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    Outcome,
    webhook_id,
)
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import Page, decode_cursor, encode_cursor

ATTEMPTS_SHOWN_MAX = 100
SWEPT_MAX = 1_000
PURGED_MAX = 5_000

_NEW_ROUND: dict[str, Any] = {"status": DeliveryStatus.PENDING.value, "attempts": 0}


async def list_deliveries(
    tx: ReadSession,
    *,
    endpoint_id: UUID,
    owner_id: UUID | None,
    status: DeliveryStatus | None = None,
    after: str | None,
    limit: int,
) -> Page[Delivery]:
    """Return the deliveries to an endpoint, the latest first.

    Raises `UnknownEndpoint`, `page.BadCursor`.
    """
    await get_endpoint(tx, endpoint_id, owner_id=owner_id)
    query = _deliveries().where(DeliveryRow.endpoint_id == endpoint_id)
    if status is not None:
        query = query.where(DeliveryRow.status == status.value)
    if after is not None:
        query = query.where(DeliveryRow.id < decode_cursor(after, UUID)[0])
    rows = await tx.execute(query.order_by(DeliveryRow.id.desc()).limit(limit + 1))
    return Page[Delivery].of(
        [_delivery(row) for row in rows], limit=limit, cursor=lambda each: encode_cursor(each.id)
    )


async def get_delivery(
    tx: ReadSession, delivery_id: UUID, *, owner_id: UUID | None
) -> tuple[Delivery, str, Sequence[Attempt]]:
    """Return a delivery, what is sent, and its attempts, the latest first.

    Raises `UnknownDelivery`.
    """
    query = (
        _deliveries()
        .add_columns(MessageRow.body, EndpointRow.owner_id)
        .join(EndpointRow, EndpointRow.id == DeliveryRow.endpoint_id)
        .where(DeliveryRow.id == delivery_id)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None or owner_id not in {None, row.owner_id}:
        raise UnknownDelivery
    attempts = await tx.scalars(
        select(AttemptRow)
        .where(AttemptRow.delivery_id == delivery_id)
        .order_by(AttemptRow.id.desc())
        .limit(ATTEMPTS_SHOWN_MAX)
    )
    return (
        _delivery(row),
        row.body,
        [
            Attempt(
                at=each.at,
                outcome=Outcome(each.outcome),
                status_code=each.status_code,
                latency_ms=each.latency_ms,
                answer=each.answer,
            )
            for each in attempts
        ],
    )


async def send_again(
    tx: WriteSession, delivery_id: UUID, *, owner_id: UUID | None, at: datetime
) -> Delivery:
    """Send a delivery once more, whatever came of it, with all its attempts anew.

    It keeps its `webhook-id`. Raises `UnknownDelivery`, `EndpointNotActive`.
    """
    known, _, _ = await get_delivery(tx, delivery_id, owner_id=owner_id)
    endpoint = await _active(tx, known.endpoint_id, owner_id=owner_id)
    await tx.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id)
        .values(**_NEW_ROUND, next_attempt_at=at)
    )
    await wake(tx, endpoint.id)
    return (await get_delivery(tx, delivery_id, owner_id=owner_id))[0]


async def send_period_again(
    tx: WriteSession,
    endpoint_id: UUID,
    *,
    owner_id: UUID | None,
    begins: datetime,
    ends: datetime,
    status: DeliveryStatus | None,
    at: datetime,
) -> int:
    """Send again what happened in [begins, ends), all or what has one status; return how many.

    Raises `UnknownEndpoint`, `EndpointNotActive`, and `PeriodUnsuitable` for more than
    `REPLAY_MAX`.
    """
    endpoint = await _active(tx, endpoint_id, owner_id=owner_id)
    if begins >= ends:
        raise PeriodUnsuitable
    chosen = (
        select(DeliveryRow.id)
        .join(MessageRow, MessageRow.id == DeliveryRow.message_id)
        .where(
            DeliveryRow.endpoint_id == endpoint_id,
            MessageRow.occurred_at >= begins,
            MessageRow.occurred_at < ends,
        )
        .limit(REPLAY_MAX + 1)
    )
    if status is not None:
        chosen = chosen.where(DeliveryRow.status == status.value)
    ids = (await tx.scalars(chosen)).all()
    if len(ids) > REPLAY_MAX:
        raise PeriodUnsuitable
    await tx.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(ids))
        .values(**_NEW_ROUND, next_attempt_at=at)
        .execution_options(synchronize_session=False)
    )
    await wake(tx, endpoint.id)
    return len(ids)


async def ping(
    tx: WriteSession, endpoint_id: UUID, *, owner_id: UUID | None, at: datetime
) -> Delivery:
    """Send an endpoint a message of no consequence. Raises `UnknownEndpoint`, `EndpointNotActive`.

    It goes out at once even while the endpoint rests after failures.
    """
    endpoint = await _active(tx, endpoint_id, owner_id=owner_id)
    message_id = new_id()
    body = body_of(
        message_id, event_type=PING, occurred_at=at, data={"endpoint_id": str(endpoint_id)}
    )
    await tx.execute(
        insert(MessageRow).values(
            id=message_id, type=PING, body=body, occurred_at=at, created_at=at
        )
    )
    (delivery_id,) = await add_deliveries(tx, message_id, [endpoint.id], at=at)
    await tx.execute(
        update(EndpointRow).where(EndpointRow.id == endpoint_id).values(rests_until=None)
    )
    await wake(tx, endpoint.id)
    return (await get_delivery(tx, delivery_id, owner_id=owner_id))[0]


async def due_endpoints(tx: ReadSession, *, at: datetime) -> Sequence[UUID]:
    """Return the endpoints with something due that may be sent now."""
    found = await tx.scalars(
        select(EndpointRow.id)
        .where(
            EndpointRow.status == EndpointStatus.ACTIVE.value,
            func.coalesce(EndpointRow.rests_until, at) <= at,
            select(DeliveryRow.id)
            .where(
                DeliveryRow.endpoint_id == EndpointRow.id,
                DeliveryRow.status == DeliveryStatus.PENDING.value,
                DeliveryRow.next_attempt_at <= at,
            )
            .exists(),
        )
        .limit(SWEPT_MAX)
    )
    return found.all()


async def purge(tx: WriteSession, *, before: datetime) -> int:
    """Remove the oldest messages from before `before`, with their deliveries and attempts.

    At most `PURGED_MAX` a call; return how many.
    """
    oldest = (
        select(MessageRow.id)
        .where(MessageRow.created_at < before)
        .order_by(MessageRow.created_at)
        .limit(PURGED_MAX)
    )
    done = await tx.execute(
        delete(MessageRow)
        .where(MessageRow.id.in_(oldest))
        .execution_options(synchronize_session=False)
    )
    removed: int = done.rowcount  # type: ignore[attr-defined]
    return removed


async def _active(tx: ReadSession, endpoint_id: UUID, *, owner_id: UUID | None) -> Endpoint:
    endpoint = await get_endpoint(tx, endpoint_id, owner_id=owner_id)
    if endpoint.status is not EndpointStatus.ACTIVE:
        raise EndpointNotActive
    return endpoint


def _deliveries() -> Select[*tuple[Any, ...]]:
    return select(
        DeliveryRow.id,
        DeliveryRow.endpoint_id,
        DeliveryRow.message_id,
        DeliveryRow.status,
        DeliveryRow.attempts,
        DeliveryRow.next_attempt_at,
        DeliveryRow.created_at,
        MessageRow.type,
        MessageRow.occurred_at,
    ).join(MessageRow, MessageRow.id == DeliveryRow.message_id)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint_id=row.endpoint_id,
        message_id=webhook_id(row.message_id),
        type=row.type,
        occurred_at=row.occurred_at,
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
    )
