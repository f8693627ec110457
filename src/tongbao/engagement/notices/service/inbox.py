"""A person's inbox: listed, counted, marked read, put away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update

from tongbao.engagement.notices.domain import (
    Category,
    InboxNotice,
    SentMessage,
    UnknownNotice,
    find_notice,
)
from tongbao.engagement.notices.models import FeedRow, MessageRow, NoticeRow
from tongbao.infra import notify
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Language

UNREAD_MAX: Final = 1_000  # counted no further
KEPT_MAX: Final = 2_000  # notices of one person
MARKED_MAX: Final = 5_000
TRIMMED_MAX: Final = 200  # people a transaction

_UNREAD: Final = NoticeRow.read_at.is_(None) & NoticeRow.archived_at.is_(None)

_TRIM: Final = text("""
    WITH many AS (
        SELECT n.user_id FROM notices_notice n
        GROUP BY n.user_id HAVING count(*) > :kept LIMIT :people
    ), gone AS (
        DELETE FROM notices_notice WHERE id IN (
            SELECT o.id FROM many m CROSS JOIN LATERAL (
                SELECT n.id FROM notices_notice n WHERE n.user_id = m.user_id
                ORDER BY n.id DESC OFFSET :kept
            ) o
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
""")


async def list_notices(
    tx: ReadSession,
    *,
    user_id: UUID,
    language: Language,
    category: Category | None = None,
    unread_only: bool = False,
    archived: bool = False,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[InboxNotice]:
    """Return a person's notices, the latest first. Raises `kernel.page.BadCursor`."""
    query = select(NoticeRow).where(
        NoticeRow.user_id == user_id,
        NoticeRow.archived_at.is_not(None) if archived else NoticeRow.archived_at.is_(None),
    )
    if category is not None:
        query = query.where(NoticeRow.category == category.value)
    if unread_only:
        query = query.where(NoticeRow.read_at.is_(None))
    if after is not None:
        query = query.where(NoticeRow.id < decode_cursor(after, UUID)[0])
    rows = await tx.scalars(query.order_by(NoticeRow.id.desc()).limit(limit + 1))
    return Page[InboxNotice].of(
        [_notice(row, language) for row in rows],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def get_notice(
    tx: ReadSession, notice_id: UUID, *, user_id: UUID, language: Language
) -> tuple[InboxNotice, Sequence[SentMessage]]:
    """Return one notice and what was sent of it. Raises `UnknownNotice`."""
    row = await tx.scalar(
        select(NoticeRow)
        .where(NoticeRow.id == notice_id, NoticeRow.user_id == user_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownNotice
    sent = list(
        await tx.scalars(
            select(MessageRow).where(MessageRow.notice_id == notice_id).order_by(MessageRow.channel)
        )
    )
    ids = [each.message_id for each in sent if each.message_id is not None]
    outcomes = await notify.outcomes(tx, ids) if ids else {}
    return _notice(row, language), [_message(each, outcomes) for each in sent]


async def unread(tx: ReadSession, *, user_id: UUID) -> int:
    """Return how many notices a person has not read, counted to `UNREAD_MAX`."""
    some = (
        select(NoticeRow.id)
        .where(NoticeRow.user_id == user_id, _UNREAD)
        .limit(UNREAD_MAX)
        .subquery()
    )
    return await tx.scalar(select(func.count()).select_from(some)) or 0


async def mark_read(tx: WriteSession, notice_id: UUID, *, user_id: UUID, at: datetime) -> None:
    """Mark a notice as read; one that is stays so. Raises `UnknownNotice`."""
    await _mark(tx, notice_id, user_id=user_id, read_at=func.coalesce(NoticeRow.read_at, at))


async def archive(tx: WriteSession, notice_id: UUID, *, user_id: UUID, at: datetime) -> None:
    """Put a notice away, which also marks it as read. Raises `UnknownNotice`."""
    await _mark(
        tx,
        notice_id,
        user_id=user_id,
        read_at=func.coalesce(NoticeRow.read_at, at),
        archived_at=func.coalesce(NoticeRow.archived_at, at),
    )


async def mark_all_read(
    tx: WriteSession,
    *,
    user_id: UUID,
    category: Category | None = None,
    upto: UUID | None = None,
    at: datetime,
) -> int:
    """Mark everything unread as read, or what is not newer than `upto`; return how many.

    So what came in while a person looked at the list stays unread.
    """
    conditions: list[ColumnElement[bool]] = [NoticeRow.user_id == user_id, _UNREAD]
    if category is not None:
        conditions.append(NoticeRow.category == category.value)
    if upto is not None:
        conditions.append(NoticeRow.id <= upto)
    chosen = select(NoticeRow.id).where(*conditions).limit(MARKED_MAX)
    marked = await tx.scalars(
        update(NoticeRow)
        .where(NoticeRow.id.in_(chosen))
        .values(read_at=at)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(marked.all())


async def forget_party(tx: WriteSession, *, party_id: UUID) -> None:
    """Delete every notice about a party that has been erased, and what open pages were shown."""
    users = select(NoticeRow.user_id).where(NoticeRow.party_id == party_id)
    await tx.execute(
        delete(FeedRow)
        .where(FeedRow.user_id.in_(users))
        .execution_options(synchronize_session=False)
    )
    await tx.execute(
        delete(NoticeRow)
        .where(NoticeRow.party_id == party_id)
        .execution_options(synchronize_session=False)
    )


async def trim(tx: WriteSession) -> int:
    """Delete the oldest notices of people who have more than `KEPT_MAX`; return how many."""
    gone: int = (await tx.execute(_TRIM, {"kept": KEPT_MAX, "people": TRIMMED_MAX})).scalar_one()
    return gone


async def _mark(tx: WriteSession, notice_id: UUID, *, user_id: UUID, **values: object) -> None:
    marked = await tx.scalar(
        update(NoticeRow)
        .where(NoticeRow.id == notice_id, NoticeRow.user_id == user_id)
        .values(**values)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session=False)
    )
    if marked is None:
        raise UnknownNotice


def _notice(row: NoticeRow, language: Language) -> InboxNotice:
    said = find_notice(row.code, row.version).say(row.facts, language)
    return InboxNotice(
        id=row.id,
        code=row.code,
        category=Category(row.category),
        critical=row.critical,
        title=said.title,
        body=said.body,
        link=said.link,
        party_id=row.party_id,
        happened_at=row.happened_at,
        created_at=row.created_at,
        read_at=row.read_at,
        archived_at=row.archived_at,
    )


def _message(row: MessageRow, outcomes: Mapping[UUID, Any]) -> SentMessage:
    outcome = None if row.message_id is None else outcomes.get(row.message_id)
    state = "capped" if row.message_id is None else "unknown" if outcome is None else outcome.state
    return SentMessage(
        channel=row.channel,
        state=state,
        recipient_masked=None if outcome is None else outcome.recipient_masked,
        not_before=row.not_before,
        ended_at=None if outcome is None else outcome.ended_at,
    )
