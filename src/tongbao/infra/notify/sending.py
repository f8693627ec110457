"""Writing a message with the transaction that wants it sent; how many an address may get."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra import jobs, keys
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.notify.models import MessageRow
from tongbao.infra.notify.sealing import seal
from tongbao.infra.notify.templates import Kind, Template
from tongbao.kernel import errors, masking
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Language, Text

Channel = Literal["phone", "email"]

TASK: Final = "infra.notify.deliver"
ADDRESS_KEY: Final = "address"
# Of each kind to one address: at most so many within so long.
BOUNDS: Final[Mapping[Kind, tuple[tuple[int, timedelta], ...]]] = {
    Kind.CODE: (
        (1, timedelta(minutes=1)),
        (5, timedelta(hours=1)),
        (15, timedelta(days=1)),
    ),
    Kind.NOTICE: ((10, timedelta(hours=1)), (30, timedelta(days=1))),
    Kind.ALERT: ((60, timedelta(hours=1)), (200, timedelta(days=1))),
    Kind.INFORMATION: ((30, timedelta(hours=1)), (100, timedelta(days=1))),
}
_LOCK: Final = 0x4D53


class TooManyMessages(errors.TongbaoError):
    """The address has got as many messages as it may for now."""

    code = "notify.too_many_messages"
    kind = errors.Kind.LIMITED
    title = Text(zh="发送过于频繁", en="Too many messages")
    detail = Text(
        zh="请在 {retry_after_seconds} 秒后再试。",
        en="Please try again in {retry_after_seconds} seconds.",
    )

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a message goes: a phone in E.164 form, or an e-mail address."""

    channel: Channel
    address: str

    @property
    def tag(self) -> bytes:
        """A keyed hash of the address: equal for equal ones, and no way back."""
        return self.tags[0]

    @property
    def tags(self) -> list[bytes]:
        """The tag under every secret that is still good, the newest first."""
        return keys.tags("recipient", self.channel.encode(), self.address.encode())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: queued, sent, refused, failed, expired or held_back."""

    recipient_masked: str
    state: str
    ended_at: datetime | None


async def send(
    tx: WriteSession,
    *,
    to: Recipient,
    template: Template,
    facts: Mapping[str, str],
    secrets: Mapping[str, str] | None = None,
    language: Language,
    at: datetime,
    not_before: datetime | None = None,
) -> UUID:
    """Write a message and enqueue its sending on the same transaction; return its id.

    Raises `TooManyMessages` for a code beyond the bounds of its address. A notice beyond them is
    written down as held back and not sent: whoever has something else to do must not fail on it.
    `facts` and `secrets` must be exactly what the template has places for. It is sent at once, or
    `not_before` an instant, from which on it is good for as long as its template says.
    """
    hidden = dict(secrets or {})
    assert facts.keys() == template.facts, f"{template.name} wants {sorted(template.facts)}"
    assert hidden.keys() == template.secrets, f"{template.name} wants {sorted(template.secrets)}"
    assert ADDRESS_KEY not in hidden
    wait = await _wait(tx, tags=to.tags, kind=template.kind, at=at)
    if wait is not None and template.kind is Kind.CODE:
        raise TooManyMessages(retry_after_seconds=wait)
    message_id = new_id()
    held_back = wait is not None
    sealed = None if held_back else await seal(tx, message_id, {ADDRESS_KEY: to.address, **hidden})
    await tx.execute(
        insert(MessageRow).values(
            id=message_id,
            channel=to.channel,
            template=template.name,
            version=template.version,
            kind=template.kind,
            language=language,
            recipient_tag=to.tag,
            recipient_masked=mask_address(to),
            facts=dict(facts),
            sealed=sealed,
            state="held_back" if held_back else "queued",
            created_at=at,
            expires_at=max(at, not_before or at) + template.good_for,
            ended_at=at if held_back else None,
        )
    )
    if not held_back:
        await jobs.defer(tx, TASK, {"message_id": str(message_id)}, at=not_before)
    return message_id


async def outcomes(tx: ReadSession, message_ids: Collection[UUID]) -> Mapping[UUID, Outcome]:
    """Return what became of messages, as long as they are kept."""
    rows = await tx.execute(
        select(
            MessageRow.id, MessageRow.recipient_masked, MessageRow.state, MessageRow.ended_at
        ).where(MessageRow.id.in_(list(message_ids)))
    )
    return {row.id: Outcome(row.recipient_masked, row.state, row.ended_at) for row in rows}


def mask_address(to: Recipient) -> str:
    """Return an address as its owner recognises it and nobody learns it: `+86138****5678`."""
    return masking.phone(to.address) if to.channel == "phone" else masking.email(to.address)


async def _wait(tx: WriteSession, *, tags: Sequence[bytes], kind: Kind, at: datetime) -> int | None:
    """Return for how many seconds the address has got enough of a kind; None if it has not.

    One transaction at a time for each address and kind, so that parallel ones count each other; and
    a code, which somebody waits for, never waits for a batch of information.
    """
    lock = int.from_bytes(hashlib.sha256(tags[0] + kind.encode()).digest()[:4], signed=True)
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK, lock)))
    bounds = BOUNDS[kind]
    most = max(number for number, _ in bounds)
    longest = max(length for _, length in bounds)
    rows = await tx.scalars(
        select(MessageRow.created_at)
        .where(
            MessageRow.recipient_tag.in_(tags),
            MessageRow.kind == kind,
            MessageRow.state != "held_back",
            MessageRow.created_at > at - longest,
        )
        .order_by(MessageRow.created_at.desc())
        .limit(most)
    )
    sent = list(rows)
    waits = [
        (sent[number - 1] + length - at) // timedelta(seconds=1) + 1
        for number, length in bounds
        if len(sent) >= number and sent[number - 1] + length > at
    ]
    return max(waits, default=None)
