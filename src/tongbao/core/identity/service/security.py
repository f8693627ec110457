"""What a user may want to know about their own security: written down, told as events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.contacts import Reachable
from tongbao.core.identity.domain.security import SecurityEvent, SecurityKind
from tongbao.core.identity.events import SecurityNoted
from tongbao.core.identity.models import SecurityEventRow
from tongbao.core.identity.service.contacts import contacts_of, recipient
from tongbao.core.identity.service.messages import NOTICES
from tongbao.infra import notify, outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

REFUSALS_EVERY: Final = timedelta(hours=1)


async def note(
    tx: WriteSession,
    *,
    user_id: UUID,
    kind: SecurityKind,
    facts: Mapping[str, str],
    address: str | None = None,
    also: Sequence[Reachable] = (),
    secrets: Mapping[str, str] | None = None,
    at: datetime,
) -> None:
    """Write down what happened, tell it as an event, and write to each of the user's contacts.

    `also` are contacts that were the user's until now; `secrets` are for the message alone.
    """
    await tx.execute(
        insert(SecurityEventRow).values(
            id=new_id(),
            user_id=user_id,
            kind=kind,
            facts=dict(facts),
            address=address,
            happened_at=at,
        )
    )
    await outbox.append(tx, [SecurityNoted(user_id=user_id, kind=kind.value)], at=at)
    template = NOTICES[kind]
    when = at.astimezone(BANK_ZONE).strftime("%Y-%m-%d %H:%M")
    known = {"when": when, "device": "?", "place": "?", **facts}
    told = [*also, *await contacts_of(tx, user_id=user_id)]
    # In one order everywhere, since each address is locked until the transaction ends.
    for each in sorted(told, key=lambda one: (one.contact.channel, one.contact.address)):
        await notify.send(
            tx,
            to=recipient(each.contact),
            template=template,
            facts={name: known[name] for name in template.facts},
            secrets=secrets,
            language=each.language,
            at=at,
        )


async def note_refusals(tx: WriteSession, *, user_id: str, address: str, at: datetime) -> None:
    """Tell a user of refused log-ins, at most once an hour."""
    last = await tx.scalar(
        select(SecurityEventRow.happened_at)
        .where(
            SecurityEventRow.user_id == UUID(user_id),
            SecurityEventRow.kind == SecurityKind.LOG_INS_REFUSED,
            SecurityEventRow.happened_at > at - REFUSALS_EVERY,
        )
        .limit(1)
    )
    if last is None:
        await note(
            tx,
            user_id=UUID(user_id),
            kind=SecurityKind.LOG_INS_REFUSED,
            facts={},
            address=address,
            at=at,
        )


async def list_security_events(
    tx: ReadSession, *, user_id: UUID, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[SecurityEvent]:
    """Return what happened, the latest first. Raises `kernel.page.BadCursor`."""
    query = (
        select(SecurityEventRow)
        .where(SecurityEventRow.user_id == user_id)
        .order_by(SecurityEventRow.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(SecurityEventRow.id < decode_cursor(after, UUID)[0])
    found: Sequence[SecurityEvent] = [_event(row) for row in await tx.scalars(query)]
    return Page[SecurityEvent].of(found, limit=limit, cursor=lambda last: encode_cursor(last.id))


def _event(row: SecurityEventRow) -> SecurityEvent:
    return SecurityEvent(
        id=row.id,
        kind=SecurityKind(row.kind),
        facts=row.facts,
        address=row.address,
        happened_at=row.happened_at,
    )
