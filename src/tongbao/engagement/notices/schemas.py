"""The shapes of the API of notices."""

from datetime import datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.engagement.notices.domain import (
    Category,
    Channel,
    InboxNotice,
    Preferences,
    Quiet,
    SentMessage,
)
from tongbao.kernel.page import Page

CategoryWord = Literal[
    "security", "payments", "accounts", "deposits", "loans", "agreements", "service"
]
ChannelWord = Literal["phone", "email"]
ZONE_LENGTH_MAX = 64

_ID = "0197c0de-0000-7000-8000-000000000001"
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class NoticeOut(BaseModel):
    """A notice in one's inbox; `link` is a path of the portal."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "code": "payments.received",
                    "category": "payments",
                    "critical": False,
                    "title": "已收款 ¥1,250.00",
                    "body": "您的账户 **** 0026 已收到 ¥1,250.00，现在可用。",
                    "link": f"/payments/{_ID}",
                    "party_id": _ID,
                    "happened_at": "2026-11-22T01:30:00Z",
                    "created_at": "2026-11-22T01:30:01Z",
                    "read_at": None,
                    "archived_at": None,
                }
            ]
        }
    )

    id: UUID
    code: str
    category: CategoryWord
    critical: bool
    title: str
    body: str
    link: str | None
    party_id: UUID | None
    happened_at: datetime
    created_at: datetime
    read_at: datetime | None
    archived_at: datetime | None

    @classmethod
    def of(cls, found: InboxNotice) -> Self:
        """Return the shape of a notice."""
        return cls(
            id=found.id,
            code=found.code,
            category=found.category.value,
            critical=found.critical,
            title=found.title,
            body=found.body,
            link=found.link,
            party_id=found.party_id,
            happened_at=found.happened_at,
            created_at=found.created_at,
            read_at=found.read_at,
            archived_at=found.archived_at,
        )


class NoticePage(Page[NoticeOut]):
    """Some notices, the latest first."""


class NoticeMessageOut(BaseModel):
    """What became of a notice by SMS or e-mail.

    `capped`: the day's ordinary SMS were used up; `held_back`: the address has had too many
    messages; `unknown`: it is too long ago.
    """

    channel: ChannelWord
    state: Literal[
        "queued", "sent", "refused", "failed", "expired", "held_back", "capped", "unknown"
    ]
    recipient_masked: str | None
    not_before: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, sent: SentMessage) -> Self:
        """Return the shape of what was sent."""
        return cls.model_validate(sent, from_attributes=True)


class NoticeDetailOut(BaseModel):
    """A notice, and what was sent of it."""

    notice: NoticeOut
    messages: list[NoticeMessageOut]


class UnreadOut(BaseModel):
    """How many notices are unread, counted to 1,000."""

    unread: int = Field(examples=[3])


class ServiceDeskOut(BaseModel):
    """Where a person answers."""

    phone: Annotated[
        str | None, Field(examples=["400-000-0000"], description="null: none was set up")
    ]


class ReadMark(BaseModel):
    """Which notices to mark as read: all, or of a category, or up to the newest one seen."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"upto": _ID}]})

    category: CategoryWord | None = None
    upto: UUID | None = None


class MarkedOut(BaseModel):
    """How many were marked."""

    marked: int = Field(examples=[3])


class QuietHours(BaseModel):
    """When no ordinary message is sent: from `begins` to `ends` on the clock of `zone`."""

    model_config = ConfigDict(extra="forbid")

    begins: Annotated[str, Field(pattern=_TIME, examples=["22:00"])]
    ends: Annotated[str, Field(pattern=_TIME, examples=["08:00"])]
    zone: Annotated[
        str, Field(min_length=1, max_length=ZONE_LENGTH_MAX, examples=["Asia/Shanghai"])
    ]


class NoticePreferences(BaseModel):
    """By which channels one is written to for each category, and when not.

    The inbox has everything, always; critical notices come by every channel at any hour.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "channels": {"payments": ["phone"], "service": []},
                    "quiet_hours": {"begins": "22:00", "ends": "08:00", "zone": "Asia/Shanghai"},
                }
            ]
        },
    )

    channels: Annotated[
        dict[CategoryWord, Annotated[list[ChannelWord], Field(max_length=len(Channel))]],
        Field(description="A category that is left out has its default"),
    ]
    quiet_hours: QuietHours | None = Field(description="null: at any hour")

    @classmethod
    def of(cls, chosen: Preferences) -> Self:
        """Return the shape of what somebody chose."""
        quiet = chosen.quiet
        return cls(
            channels={
                category.value: sorted(channel.value for channel in channels)
                for category, channels in sorted(chosen.choices.items())
            },
            quiet_hours=None
            if quiet is None
            else QuietHours(
                begins=quiet.begins.strftime("%H:%M"),
                ends=quiet.ends.strftime("%H:%M"),
                zone=quiet.zone,
            ),
        )

    def chosen(self) -> Preferences:
        """Return what was chosen."""
        quiet = self.quiet_hours
        return Preferences(
            choices={
                Category(category): frozenset(map(Channel, channels))
                for category, channels in self.channels.items()
            },
            quiet=None
            if quiet is None
            else Quiet(
                time.fromisoformat(quiet.begins), time.fromisoformat(quiet.ends), quiet.zone
            ),
        )
