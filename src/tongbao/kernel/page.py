"""Lists one page at a time: keyset pagination, no counting.

A page says where the next one starts as a cursor: the sort key of its last item, packed so that
callers treat it as opaque. A cursor is not secret and not signed: it is only a position, and the
query that uses it applies the caller's rights again.

    parts = decode_cursor(after, datetime, UUID) if after else None
    rows = (await tx.execute(statement.limit(limit + 1))).all()    # one more: is there a next page?
    return Page.of(rows, limit=limit, cursor=lambda row: encode_cursor(row.booked_at, row.id))
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Generic, Self, TypeVar, overload
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

PAGE_LIMIT_MAX: Final = 200
PAGE_LIMIT_DEFAULT: Final = 50
CURSOR_LENGTH_MAX: Final = 1_000
CURSOR_PARTS_MAX: Final = 8
INT_MAX: Final = 2**63 - 1

CursorPart = str | int | UUID | date | datetime

T = TypeVar("T")
A = TypeVar("A", bound=CursorPart)
B = TypeVar("B", bound=CursorPart)
C = TypeVar("C", bound=CursorPart)


class BadCursor(TongbaoError):
    """The cursor is not one that this list gave out."""

    code = "page.bad_cursor"
    title = Text(zh="翻页标记无效", en="Bad cursor")
    detail = Text(
        zh="翻页标记无效；请原样使用上一页返回的 next",
        en="The cursor is not valid; send back `next` of the page before, unchanged",
    )


class Page(BaseModel, Generic[T]):
    """Some items of a list, and the cursor of the next page (`null` on the last)."""

    model_config = ConfigDict(frozen=True)

    items: list[T]
    next: str | None = Field(
        default=None,
        description="Cursor of the next page; null on the last page.",
    )

    @classmethod
    def of(cls, rows: Sequence[T], *, limit: int, cursor: Callable[[T], str]) -> Self:
        """Return the page of the first `limit` rows, of a query that asked for one row more."""
        assert 1 <= limit <= PAGE_LIMIT_MAX, f"a page holds 1 to {PAGE_LIMIT_MAX} items"
        items = list(rows[:limit])
        return cls(items=items, next=cursor(items[-1]) if len(rows) > limit else None)


def encode_cursor(*parts: CursorPart) -> str:
    """Return the parts of a sort key as one opaque, URL-safe word.

    1 to 8 parts: text (no NUL, which PostgreSQL cannot store), 64-bit integers, UUIDs, dates,
    aware datetimes. Anything else is the caller's mistake and raises `ValueError`.
    """
    if not 1 <= len(parts) <= CURSOR_PARTS_MAX:
        msg = f"a cursor has 1 to {CURSOR_PARTS_MAX} parts"
        raise ValueError(msg)
    plain = json.dumps([_pack(part) for part in parts], ensure_ascii=False, separators=(",", ":"))
    text = urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()
    if len(text) > CURSOR_LENGTH_MAX:
        msg = f"a cursor has at most {CURSOR_LENGTH_MAX} characters"
        raise ValueError(msg)
    return text


@overload
def decode_cursor(text: str, first: type[A], /) -> tuple[A]: ...
@overload
def decode_cursor(text: str, first: type[A], second: type[B], /) -> tuple[A, B]: ...
@overload
def decode_cursor(
    text: str,
    first: type[A],
    second: type[B],
    third: type[C],
    /,
) -> tuple[A, B, C]: ...
@overload
def decode_cursor(text: str, /, *types: type[CursorPart]) -> tuple[Any, ...]: ...
def decode_cursor(text: str, /, *types: Any) -> tuple[Any, ...]:
    """Return the parts that `encode_cursor` packed, which must be of the given types.

    Anything but the exact output of `encode_cursor` for such parts raises `BadCursor`, whatever
    it is: the text comes from outside.
    """
    try:
        if len(text) > CURSOR_LENGTH_MAX:
            raise BadCursor
        packed = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(packed, list):
            raise BadCursor
        parts = tuple(_unpack(value, kind) for value, kind in zip(packed, types, strict=True))
        canonical = encode_cursor(*parts)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor from error
    if canonical != text:
        raise BadCursor
    return parts


def _pack(part: CursorPart) -> str | int:
    match part:
        case bool():
            pass
        case int() if -INT_MAX <= part <= INT_MAX:
            return part
        case str() if "\x00" not in part:
            return part
        case UUID():
            return str(part)
        case datetime() if part.utcoffset() is not None:
            return part.astimezone(UTC).isoformat()
        case date() if not isinstance(part, datetime):
            return part.isoformat()
    msg = f"a cursor cannot hold this {type(part).__name__}"
    raise ValueError(msg)


def _unpack(value: object, kind: type[CursorPart]) -> CursorPart:
    if kind is int:
        if type(value) is not int:
            raise BadCursor
        return value
    if not isinstance(value, str):
        raise BadCursor
    if kind is str:
        return value
    if kind is UUID:
        return UUID(value)
    assert kind in (date, datetime), f"a cursor cannot hold a {kind}"
    return datetime.fromisoformat(value) if kind is datetime else date.fromisoformat(value)
