"""Sending what is due to one endpoint, and keeping what came of it.

No transaction is open while a receiver takes its time. One that was sent and then not recorded,
because the process died, is sent again: receivers tell by `webhook-id`.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra import outbox
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.infra.webhooks import signing
from tongbao.infra.webhooks.configuration import configuration
from tongbao.infra.webhooks.endpoints import good_secrets
from tongbao.infra.webhooks.events import EndpointDisabled
from tongbao.infra.webhooks.fan_out import wake
from tongbao.infra.webhooks.models import AttemptRow, DeliveryRow, EndpointRow, MessageRow
from tongbao.infra.webhooks.nouns import (
    DISABLED_AFTER,
    DeliveryStatus,
    EndpointStatus,
    Outcome,
    pause_after,
    rest_after,
    webhook_id,
)
from tongbao.infra.webhooks.reaching import Answer
from tongbao.kernel.ids import new_id

TOGETHER_MAX: Final = 8
RUN_SECONDS_MAX: Final = 20.0
USER_AGENT: Final = "Tongbao-Webhooks/1"

ATTEMPTS: Final = Counter("tongbao_webhooks_attempts", "Attempts at deliveries", ["outcome"])
LATENCY: Final = Histogram(
    "tongbao_webhooks_latency_seconds",
    "How long receivers take to answer",
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0),
)

Clock = Callable[[], datetime]
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """A delivery to be sent now."""

    id: UUID
    attempts: int
    message_id: UUID
    body: bytes


@dataclass(frozen=True, slots=True)
class _Round:
    """What is sent together: at most `TOGETHER_MAX` deliveries of one endpoint."""

    url: str
    secrets: Sequence[str]
    due: Sequence[_Due]


async def send_due(database: Database, endpoint_id: UUID, *, clock: Clock) -> None:
    """Send what is due to an endpoint, in rounds, until nothing is or the time is up.

    The rest is left to another job, so that one endpoint with much to tell does not keep the
    worker from the others; one where a round brings no success is left alone for a while.
    """
    began = time.monotonic()
    while True:
        async with database.read() as tx:
            round_ = await _next_round(tx, endpoint_id, at=clock())
        if round_ is None:
            return
        answers = await asyncio.gather(*(_send(round_, each, clock()) for each in round_.due))
        async with database.write() as tx:
            healthy = await _record(tx, endpoint_id, round_.due, answers, at=clock())
        if not healthy:
            return
        if time.monotonic() - began > RUN_SECONDS_MAX:
            async with database.write() as tx:
                await wake(tx, endpoint_id)
            return


async def _next_round(tx: ReadSession, endpoint_id: UUID, *, at: datetime) -> _Round | None:
    """Return what to send now; None when nothing is due or nothing may be sent."""
    endpoint = await tx.get(EndpointRow, endpoint_id)
    if endpoint is None or endpoint.status != EndpointStatus.ACTIVE.value:
        return None
    if endpoint.rests_until is not None and endpoint.rests_until > at:
        return None
    if endpoint.owner_id not in await configuration().owners(tx, [endpoint.owner_id]):
        return None  # the client was disabled
    rows = await tx.execute(
        select(DeliveryRow.id, DeliveryRow.attempts, DeliveryRow.message_id, MessageRow.body)
        .join(MessageRow, MessageRow.id == DeliveryRow.message_id)
        .where(
            DeliveryRow.endpoint_id == endpoint_id,
            DeliveryRow.status == DeliveryStatus.PENDING.value,
            DeliveryRow.next_attempt_at <= at,
        )
        .order_by(DeliveryRow.next_attempt_at, DeliveryRow.id)
        .limit(TOGETHER_MAX)
    )
    due = [_Due(row.id, row.attempts, row.message_id, row.body.encode()) for row in rows]
    if not due:
        return None
    secrets = await good_secrets(tx, endpoint_id, at=at)
    return _Round(url=endpoint.url, secrets=secrets, due=due)


async def _send(round_: _Round, due: _Due, at: datetime) -> Answer:
    signed = signing.headers(
        message_id=webhook_id(due.message_id), body=due.body, secrets=round_.secrets, at=at
    )
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **signed}
    answer = await configuration().outbound.post(round_.url, headers=headers, body=due.body)
    ATTEMPTS.labels(answer.outcome.value).inc()
    LATENCY.observe(answer.latency_ms / 1000)
    return answer


async def _record(
    tx: WriteSession,
    endpoint_id: UUID,
    due: Sequence[_Due],
    answers: Sequence[Answer],
    *,
    at: datetime,
) -> bool:
    """Keep the attempts and what follows from them; return whether the endpoint is well."""
    endpoint = await tx.get(EndpointRow, endpoint_id, with_for_update=True)
    if endpoint is None:  # removed meanwhile, and its deliveries with it
        return False
    await tx.execute(
        insert(AttemptRow),
        [
            {
                "id": new_id(),
                "delivery_id": each.id,
                "at": at,
                "outcome": answer.outcome.value,
                "status_code": answer.status_code,
                "latency_ms": answer.latency_ms,
                "answer": answer.text,
            }
            for each, answer in zip(due, answers, strict=True)
        ],
    )
    for each, answer in zip(due, answers, strict=True):
        await _settle(tx, each, answer, at=at)
    outcomes = {answer.outcome for answer in answers}
    if Outcome.DELIVERED in outcomes:
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        return True
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    endpoint.rests_until = at + rest_after(endpoint.failures)
    if Outcome.GONE in outcomes:
        await _disable(tx, endpoint, "gone", at=at)
    elif at - endpoint.failing_since >= DISABLED_AFTER:
        await _disable(tx, endpoint, "failing", at=at)
    return False


async def _settle(tx: WriteSession, due: _Due, answer: Answer, *, at: datetime) -> None:
    """Write a delivery's next state, unless somebody else has settled or renewed it meanwhile."""
    attempts = due.attempts + 1
    status, next_at = DeliveryStatus.DELIVERED, None
    if answer.outcome is not Outcome.DELIVERED:
        pause = pause_after(attempts)
        status = DeliveryStatus.FAILED if pause is None else DeliveryStatus.PENDING
        next_at = None if pause is None else at + pause
    await tx.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == due.id, DeliveryRow.attempts == due.attempts)
        .where(DeliveryRow.status == DeliveryStatus.PENDING.value)
        .values(status=status.value, attempts=attempts, next_attempt_at=next_at)
    )


async def _disable(
    tx: WriteSession, endpoint: EndpointRow, reason: Literal["failing", "gone"], *, at: datetime
) -> None:
    endpoint.status = EndpointStatus.DISABLED.value
    _log.warning("webhook_endpoint_disabled", endpoint_id=str(endpoint.id), reason=reason)
    disabled = EndpointDisabled(endpoint_id=endpoint.id, owner_id=endpoint.owner_id, reason=reason)
    await outbox.append(tx, [disabled], at=at)
