"""The consumer: from an event to notices, messages and what open pages show.

All of it is written on the transaction that also moves the consumer's place in the log, so each
event has told each person once, whenever the worker dies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from tongbao.engagement.notices.domain import Notice
from tongbao.engagement.notices.models import NoticeRow
from tongbao.engagement.notices.service import feed, inbox, sending
from tongbao.engagement.notices.service.declaring import Shown, Telling, Told, declared
from tongbao.engagement.notices.service.known import Known
from tongbao.infra.db import WriteSession
from tongbao.infra.outbox import Consumer, Occurrence
from tongbao.kernel.ids import new_id

CONSUMER: Final = "notices"


@dataclass(frozen=True, slots=True)
class _Written:
    """A notice in somebody's inbox."""

    id: UUID
    user_id: UUID


def consumer() -> Consumer:
    """Return the consumer that tells people of everything declared.

    It begins with what happens from now on: nobody wants to hear of the last three months.
    """
    return Consumer(
        name=CONSUMER,
        handles=dict.fromkeys(declared(), handle),
        start="now",
        occurrences=True,
    )


async def handle(tx: WriteSession, told: Occurrence, at: datetime) -> None:
    """Tell everybody whom an event concerns."""
    known = Known.of(tx, at)
    shown: list[feed.Item] = []
    for find in declared()[type(told.event)]:
        for each in await find(known, told.event):
            users = await _users(known, each)
            match each:
                case Told():
                    shown += await _tell(known, told, each, users)
                case Shown():
                    shown += [feed.Item(user_id, each.kind, dict(each.data)) for user_id in users]
    await feed.append(tx, shown, at=at)


async def _users(known: Known, telling: Telling) -> list[UUID]:
    """Return who is told, each once, in one order everywhere."""
    if telling.user_id is not None:
        found = {telling.user_id}
    else:
        assert telling.party_id is not None
        readers = await known.readers([telling.party_id])
        found = {each.user_id for each in readers if each.role in telling.roles}
    return sorted(found - {telling.but})


async def _tell(
    known: Known, told: Occurrence, telling: Told, users: Sequence[UUID]
) -> list[feed.Item]:
    """Write a notice to inboxes, have it sent; return what pages that are open show of it."""
    kept = telling.notice.keep(telling.values)
    written = [_Written(new_id(), user_id) for user_id in users]
    if not written:
        return []
    tx, at, notice = known.tx, known.at, telling.notice
    await tx.execute(
        insert(NoticeRow),
        [
            {
                "id": each.id,
                "user_id": each.user_id,
                "party_id": telling.party_id,
                "event_seq": told.seq,
                "code": notice.code,
                "version": notice.version,
                "category": notice.category.value,
                "critical": notice.critical,
                "facts": kept,
                "happened_at": told.occurred_at,
                "created_at": at,
            }
            for each in written
        ],
    )
    if not notice.inbox_only:
        for each in written:
            await sending.send(tx, notice, kept, notice_id=each.id, user_id=each.user_id, at=at)
    return await _shown(tx, notice, kept, written)


async def _shown(
    tx: WriteSession, notice: Notice, kept: dict[str, object], written: Sequence[_Written]
) -> list[feed.Item]:
    watching = await feed.watching(tx, [each.user_id for each in written])
    said = {language: notice.say(kept, language) for language in ("zh", "en")}
    return [
        feed.Item(
            each.user_id,
            "notice",
            {
                "id": str(each.id),
                "code": notice.code,
                "category": notice.category.value,
                "critical": notice.critical,
                "link": said["zh"].link,
                "unread": await inbox.unread(tx, user_id=each.user_id),
                "words": {"title": {name: text.title for name, text in said.items()}},
            },
        )
        for each in written
        if each.user_id in watching
    ]
