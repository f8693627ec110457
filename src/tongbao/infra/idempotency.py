"""Answers kept under the caller's key, in the transaction of the work they answer.

A key belongs to one actor, method and route. Whoever holds the key's lock does the work; whoever
comes meanwhile is told so at once; whoever comes later gets the stored answer. Because answer and
effect commit together, there is never one without the other.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    delete,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column

from tongbao.infra import arrays
from tongbao.infra.data_classes import Declared, Keep
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.standing import ALWAYS, Condition, Lapsed
from tongbao.infra.tables import Base
from tongbao.kernel import text
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.records import quickly_made

RETENTION: Final = timedelta(days=7)
ANSWER_BYTES_MAX: Final = 1024 * 1024
PURGE_BATCH: Final = 1_000
PURGE_BATCHES_MAX: Final = 1_000


class InFlight(TongbaoError):
    """The first request with this key is still at work."""

    code = "idempotency.in_flight"
    kind = Kind.CONFLICT
    title = text.Text(zh="相同请求正在处理", en="The same request is being processed")
    detail = text.Text(
        zh="使用此 Idempotency-Key 的请求尚未完成，请稍后重试以取得结果。",
        en="A request with this Idempotency-Key has not finished; try again to get its answer.",
    )

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=1)


class KeyReused(TongbaoError):
    """The key was used for another request."""

    code = "idempotency.key_reused"
    kind = Kind.INVALID
    title = text.Text(zh="Idempotency-Key 已被使用", en="The Idempotency-Key was used before")
    detail = text.Text(
        zh="此 Idempotency-Key 已用于另一个请求；新的请求须用新的键。",
        en="This Idempotency-Key belongs to another request; a new request needs a new key.",
    )


STORE: Final[LiteralString] = """
INSERT INTO infra_idempotency (created_at, expires_at, actor_id, method, route, key, request_hash,
                               status, body, content_type, content_language, location)
SELECT %s, %s, unnest(%s::uuid[]), unnest(%s::text[]), unnest(%s::text[]), unnest(%s::text[]),
       unnest(%s::bytea[]), unnest(%s::smallint[]), unnest(%s::bytea[]), unnest(%s::text[]),
       unnest(%s::text[]), unnest(%s::text[])
"""
"""Keeps many answers; its arguments are those that `arguments` returns."""


class StoredAnswer(Base):
    """What was answered to a request, for as long as it may be repeated."""

    __tablename__ = "infra_idempotency"
    __data__ = Declared(
        important=("body",),
        technical=(
            "actor_id",
            "method",
            "route",
            "key",
            "request_hash",
            "status",
            "content_type",
            "content_language",
            "location",
            "created_at",
            "expires_at",
        ),
        keep=Keep.SHORT,
    )
    __table_args__ = (Index(None, "expires_at"),)

    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(Text, primary_key=True)
    route: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    content_type: Mapped[str | None] = mapped_column(Text)
    content_language: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@quickly_made
@dataclass(frozen=True, slots=True)
class Scope:
    """Where a key is unique. `route` is the path template; the path itself is in the hash."""

    actor_id: UUID
    method: str
    route: str
    key: str

    @property
    def lock(self) -> int:
        """Return the 64-bit number of the key's advisory lock.

        Two keys that share a number only wait for each other's turn (a needless 409).
        """
        return int.from_bytes(self.lock_bytes, signed=True)

    @property
    def lock_bytes(self) -> bytes:
        """Return that number as the database takes it in binary."""
        parts = (b"infra.idempotency", self.actor_id.bytes, self.method, self.route, self.key)
        return _digest(*parts)[:8]


@quickly_made
@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it is given again."""

    status: int
    body: bytes
    content_type: str | None = None
    content_language: str | None = None
    location: str | None = None


def _digest(*parts: str | bytes) -> bytes:
    """Return SHA-256 over parts, each preceded by its length so that none runs into the next."""
    all_data = [part.encode() if isinstance(part, str) else part for part in parts]
    return hashlib.sha256(
        b"".join([each for data in all_data for each in (len(data).to_bytes(8), data)])
    ).digest()


def request_hash(*, method: str, path: str, query: bytes, body: bytes) -> bytes:
    """Return what makes two requests the same one: method, path, query and canonical body."""
    return _digest(method, path, query, body)


async def begin(
    tx: WriteSession, *, scope: Scope, request_hash: bytes, at: datetime
) -> Answer | None:
    """Take the key for this transaction; return the stored answer if the work was done before.

    Raises `InFlight` when another transaction holds the key, `KeyReused` when the stored request
    was another one. Never waits.
    """
    # Two statements on purpose: the second one's snapshot is younger than the lock, so it sees
    # the answer of whoever held the lock before.
    if not await tx.scalar(select(func.pg_try_advisory_xact_lock(scope.lock))):
        raise InFlight
    row = await tx.get(StoredAnswer, (scope.actor_id, scope.method, scope.route, scope.key))
    if row is None:
        return None
    if row.expires_at <= at:  # the purge has not come by yet
        await tx.delete(row)
        await tx.flush()
        return None
    if row.request_hash != request_hash:
        raise KeyReused
    return Answer(
        status=row.status,
        body=row.body,
        content_type=row.content_type,
        content_language=row.content_language,
        location=row.location,
    )


async def store(
    tx: WriteSession,
    *,
    scope: Scope,
    request_hash: bytes,
    answer: Answer,
    at: datetime,
    retention: timedelta = RETENTION,
) -> None:
    """Keep the answer until `at + retention`; `begin` must have been called on this transaction."""
    assert len(answer.body) <= ANSWER_BYTES_MAX, "an answer under a key is at most 1 MiB"
    tx.add(
        StoredAnswer(
            actor_id=scope.actor_id,
            method=scope.method,
            route=scope.route,
            key=scope.key,
            request_hash=request_hash,
            status=answer.status,
            body=answer.body,
            content_type=answer.content_type,
            content_language=answer.content_language,
            location=answer.location,
            created_at=at,
            expires_at=at + retention,
        )
    )
    await tx.flush()


async def begin_many(
    tx: WriteSession, scopes: Sequence[Scope], *, provided: Condition = ALWAYS
) -> list[bool]:
    """Take several keys for this transaction; tell of each whether it is new and ours to work on.

    What is in flight, was answered before, or comes twice among them, is for `begin` to judge.
    Raises `Lapsed` where what it is `provided` does not hold: then the transaction is to end.
    """
    locks = [scope.lock_bytes for scope in scopes]
    ((found,),) = await tx.fetch(
        f"SELECT CASE WHEN {provided.sql} THEN infra_idempotency_begin("
        "%s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::text[]) END",
        (*provided.parameters, arrays.array(arrays.Kind.BIGINT, locks), *_keys(scopes)),
    )
    if found is None:
        raise Lapsed
    if len(set(locks)) == len(locks):  # no two are the same
        return list(found)
    taken: set[Scope] = set()
    ours = []
    for scope, is_new in zip(scopes, found, strict=True):
        ours.append(is_new and scope not in taken)
        taken.add(scope)
    return ours


def arguments(kept: Sequence[tuple[Scope, bytes, Answer]], *, at: datetime) -> tuple[object, ...]:
    """Return what `STORE` keeps: answers, with their keys and the hashes of their requests.

    For a statement in a transaction in which `begin_many` has taken the keys.
    """
    answers = [answer for _, _, answer in kept]
    assert all(len(each.body) <= ANSWER_BYTES_MAX for each in answers), "at most 1 MiB each"
    return (
        at,
        at + RETENTION,
        *_keys([scope for scope, _, _ in kept]),
        arrays.array(arrays.Kind.BYTES, [request_hash for _, request_hash, _ in kept]),
        arrays.array(arrays.Kind.SMALLINT, [each.status.to_bytes(2) for each in answers]),
        arrays.array(arrays.Kind.BYTES, [each.body for each in answers]),
        _texts([each.content_type for each in answers]),
        _texts([each.content_language for each in answers]),
        _texts([each.location for each in answers]),
    )


def _keys(scopes: Sequence[Scope]) -> tuple[arrays.Array, ...]:
    return (
        arrays.array(arrays.Kind.UUID, [scope.actor_id.bytes for scope in scopes]),
        arrays.array(arrays.Kind.TEXT, [scope.method.encode() for scope in scopes]),
        arrays.array(arrays.Kind.TEXT, [scope.route.encode() for scope in scopes]),
        arrays.array(arrays.Kind.TEXT, [scope.key.encode() for scope in scopes]),
    )


def _texts(values: Sequence[str | None]) -> arrays.Array | None:
    return arrays.array_with_nulls(
        arrays.Kind.TEXT, [None if one is None else one.encode() for one in values]
    )


async def purge(
    database: Database,
    *,
    at: datetime,
    batch: int = PURGE_BATCH,
    batches_max: int = PURGE_BATCHES_MAX,
) -> int:
    """Delete expired answers, a bounded batch per transaction; return how many.

    Rows that somebody else is deleting are skipped, so several purges may run at once.
    """
    deleted = 0
    columns = (StoredAnswer.actor_id, StoredAnswer.method, StoredAnswer.route, StoredAnswer.key)
    for _ in range(batches_max):
        async with database.write() as tx:
            expired = (
                select(*columns)
                .where(StoredAnswer.expires_at <= at)
                .order_by(StoredAnswer.expires_at)
                .limit(batch)
                .with_for_update(skip_locked=True)
            )
            keys = [tuple(row) for row in await tx.execute(expired)]
            if keys:
                await tx.execute(delete(StoredAnswer).where(tuple_(*columns).in_(keys)))
        deleted += len(keys)
        if len(keys) < batch:
            break
    return deleted
