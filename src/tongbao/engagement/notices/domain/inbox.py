"""Notices as their owner reads them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongbao.engagement.notices.domain.catalogue import Category


@dataclass(frozen=True, slots=True)
class InboxNotice:
    """A notice as its owner reads it, in one language."""

    id: UUID
    code: str
    category: Category
    critical: bool
    title: str
    body: str
    link: str | None
    party_id: UUID | None
    happened_at: datetime
    created_at: datetime
    read_at: datetime | None
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What became of a notice by e-mail or SMS; the state `capped` is ours."""

    channel: str
    state: str
    recipient_masked: str | None
    not_before: datetime
    ended_at: datetime | None
