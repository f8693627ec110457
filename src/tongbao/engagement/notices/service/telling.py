"""The consumer: from an event to notices, messages and what open pages show.

All of it is written on the transaction that also moves the consumer's place in the log, so each
event has told each person once, whenever the worker dies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity import service as identity
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
    """A notice for one person."""

    id: UUID
    user_id: UUID
    told: Told
    kept: dict[str, Any]

    def row(self, happened: Occurrence, at: datetime) -> dict[str, Any]:
        """Return its row in the person's inbox."""
        notice = self.told.notice
        return {
            "id": self.id,
            "user_id": self.user_id,
            "party_id": self.told.party_id,
            "event_seq": happened.seq,
            "code": notice.code,
            "version": notice.version,
            "category": notice.category.value,
            "critical": notice.critical,
            "facts": self.kept,
            "happened_at": happened.occurred_at,
            "created_at": at,
        }


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


async def handle(tx: WriteSession, happened: Occurrence, at: datetime) -> None:
    """Tell everybody whom an event concerns: inboxes, messages, and what open pages show."""
    known = Known.of(tx, at)
    told: list[_Written | feed.Item] = []
    for find in declared()[type(happened.event)]:
        for each in await find(known, happened.event):
            told += _for_each(each, await _users(known, each))
    written = [each for each in told if isinstance(each, _Written)]
    if written:
        await tx.execute(insert(NoticeRow), [each.row(happened, at) for each in written])
        await _send(tx, written, at=at)
    if told:
        watching = await feed.watching(tx, {each.user_id for each in told})
        shown = [
            each if isinstance(each, feed.Item) else await _shown(tx, each)
            for each in told
            if each.user_id in watching
        ]
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


def _for_each(telling: Telling, users: Sequence[UUID]) -> Iterator[_Written | feed.Item]:
    match telling:
        case Told():
            kept = telling.notice.keep(telling.values)
            for user_id in users:
                yield _Written(new_id(), user_id, telling, kept)
        case Shown():
            for user_id in users:
                yield feed.Item(user_id, telling.kind, dict(telling.data))


async def _send(tx: WriteSession, written: Sequence[_Written], *, at: datetime) -> None:
    """Have notices sent to those who can be reached."""
    outgoing = [each for each in written if not each.told.notice.inbox_only]
    reachable = await identity.reachable_among(tx, user_ids={each.user_id for each in outgoing})
    for each in outgoing:
        if each.user_id in reachable:
            await sending.send(
                tx, each.told.notice, each.kept, notice_id=each.id, user_id=each.user_id, at=at
            )


async def _shown(tx: WriteSession, written: _Written) -> feed.Item:
    """Return what a page that is open shows of a notice."""
    notice = written.told.notice
    chinese, english = notice.say(written.kept, "zh"), notice.say(written.kept, "en")
    return feed.Item(
        written.user_id,
        "notice",
        {
            "id": str(written.id),
            "code": notice.code,
            "category": notice.category.value,
            "critical": notice.critical,
            "link": chinese.link,
            "unread": await inbox.unread(tx, user_id=written.user_id),
            "words": {"title": {"zh": chinese.title, "en": english.title}},
        },
    )
