"""`/api/v1/notices`: the caller's inbox."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, status

from tongbao.engagement.notices import service
from tongbao.engagement.notices.domain import Category
from tongbao.engagement.notices.schemas import (
    CategoryWord,
    MarkedOut,
    NoticeDetailOut,
    NoticeMessageOut,
    NoticeOut,
    NoticePage,
    ReadMark,
    UnreadOut,
)
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT

api = router(prefix="/api/v1/notices", tags=["notices"])


@api.get("", summary="My inbox")
async def list_notices(
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    category: CategoryWord | None = None,
    unread: Annotated[bool, Query(description="Only what is unread")] = False,  # noqa: FBT002 - a query
    archived: Annotated[bool, Query(description="What was put away, instead")] = False,  # noqa: FBT002 - the same
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> NoticePage:
    """Return the caller's notices in the language asked for, the latest first.

    They are kept for six months, the latest 2,000.

    Problems: `auth.unauthenticated`, `page.bad_cursor`.
    """
    found = await service.list_notices(
        tx,
        user_id=actor.id,
        language=language,
        category=None if category is None else Category(category),
        unread_only=unread,
        archived=archived,
        after=after,
        limit=limit,
    )
    return NoticePage(items=[NoticeOut.of(each) for each in found.items], next=found.next)


@api.get("/unread", summary="How many are unread")
async def count_unread(tx: ReadTx, actor: CurrentActor) -> UnreadOut:
    """Return how many of the caller's notices are unread. Problems: `auth.unauthenticated`."""
    return UnreadOut(unread=await service.unread(tx, user_id=actor.id))


@api.post("/read", summary="Mark all as read")
async def mark_all_read(body: ReadMark, tx: WriteTx, actor: CurrentActor, at: Instant) -> MarkedOut:
    """Mark the caller's unread notices as read: all, of a category, or up to the newest one seen.

    Problems: `auth.unauthenticated`.
    """
    marked = await service.mark_all_read(
        tx,
        user_id=actor.id,
        category=None if body.category is None else Category(body.category),
        upto=body.upto,
        at=at,
    )
    return MarkedOut(marked=marked)


@api.get("/{notice_id:uuid}", summary="One notice")
async def read_notice(
    notice_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> NoticeDetailOut:
    """Return a notice of the caller's, and what became of it by SMS and e-mail.

    Problems: `auth.unauthenticated`, `notices.unknown_notice`.
    """
    found, sent = await service.get_notice(tx, notice_id, user_id=actor.id, language=language)
    return NoticeDetailOut(
        notice=NoticeOut.of(found), messages=[NoticeMessageOut.of(each) for each in sent]
    )


@api.post("/{notice_id:uuid}/read", summary="Mark as read", status_code=status.HTTP_204_NO_CONTENT)
async def mark_read(notice_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant) -> None:
    """Mark a notice as read; one that is stays so.

    Problems: `auth.unauthenticated`, `notices.unknown_notice`.
    """
    await service.mark_read(tx, notice_id, user_id=actor.id, at=at)


@api.post("/{notice_id:uuid}/archive", summary="Put away", status_code=status.HTTP_204_NO_CONTENT)
async def archive(notice_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant) -> None:
    """Put a notice away, which also marks it as read.

    Problems: `auth.unauthenticated`, `notices.unknown_notice`.
    """
    await service.archive(tx, notice_id, user_id=actor.id, at=at)
