"""What time does to links and requests: they end, and those who could still pay are reminded."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.events import Event
from tongbao.products.collecting.domain.links import LinkState
from tongbao.products.collecting.domain.requests import REMINDED_BEFORE, RequestState
from tongbao.products.collecting.events import RequestExpired, RequestFallsDue
from tongbao.products.collecting.models import LinkRow, RequestRow
from tongbao.products.collecting.service.links import end_link
from tongbao.products.collecting.service.rows import request_of

BATCH: Final = 500


async def expire_links(tx: WriteSession, *, at: datetime) -> int:
    """End a batch of the links whose time is over; return how many. Those in use are left."""
    rows = (
        await tx.scalars(
            select(LinkRow)
            .where(LinkRow.state == LinkState.OPEN.value, LinkRow.expires_at <= at)
            .order_by(LinkRow.expires_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    for row in rows:
        await end_link(tx, row, LinkState.EXPIRED, at=at)
    return len(rows)


async def expire_requests(tx: WriteSession, *, at: datetime) -> int:
    """End a batch of the requests whose time is over; return how many."""
    rows = (
        await tx.scalars(
            select(RequestRow)
            .where(RequestRow.state == RequestState.OPEN.value, RequestRow.expires_at <= at)
            .order_by(RequestRow.expires_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    events: list[Event] = []
    for row in rows:
        row.state, row.ended_at = RequestState.EXPIRED.value, at
        remaining = request_of(row).remaining
        events.append(RequestExpired(request_id=row.id, party_id=row.party_id, amount=remaining))
    await tx.flush()
    if events:
        await outbox.append(tx, events, at=at)
    return len(rows)


async def remind_payers(tx: WriteSession, *, at: datetime) -> int:
    """Remind a batch of payers of requests that end within a day, each once; return how many.

    Not of those that were made for less than a day.
    """
    rows = (
        await tx.scalars(
            select(RequestRow)
            .where(
                RequestRow.state == RequestState.OPEN.value,
                RequestRow.reminded.is_(False),
                RequestRow.expires_at > at,
                RequestRow.expires_at <= at + REMINDED_BEFORE,
                RequestRow.created_at <= RequestRow.expires_at - REMINDED_BEFORE,
            )
            .order_by(RequestRow.expires_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    events: list[Event] = []
    for row in rows:
        row.reminded = True
        events.append(
            RequestFallsDue(
                request_id=row.id,
                party_id=row.debtor_party_id,
                amount=request_of(row).remaining,
                expires_at=row.expires_at,
            )
        )
    await tx.flush()
    if events:
        await outbox.append(tx, events, at=at)
    return len(rows)
