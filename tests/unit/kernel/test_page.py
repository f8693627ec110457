import json
from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from tongbao.kernel.page import (
    CURSOR_LENGTH_MAX,
    PAGE_LIMIT_MAX,
    BadCursor,
    Page,
    decode_cursor,
    encode_cursor,
)

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
AT = datetime(2025, 10, 8, 1, 2, 3, 456789, tzinfo=UTC)


def raw(text: str | bytes) -> str:
    plain = text if isinstance(text, bytes) else text.encode()
    return urlsafe_b64encode(plain).rstrip(b"=").decode()


def test_parts_come_back_as_they_went() -> None:
    cursor = encode_cursor(7, "名称/+?", ID, date(2025, 10, 8), AT)
    parts: tuple[Any, ...] = decode_cursor(cursor, int, str, UUID, date, datetime)
    assert parts == (7, "名称/+?", ID, date(2025, 10, 8), AT)
    assert [type(part) for part in parts] == [int, str, UUID, date, datetime]


def test_a_cursor_is_safe_in_a_url() -> None:
    cursor = encode_cursor("~~~???>>>", -(2**63) + 1)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert cursor.isascii()


def test_instants_are_packed_in_utc() -> None:
    there = AT.astimezone(timezone(timedelta(hours=8)))
    assert encode_cursor(there) == encode_cursor(AT)


HOSTILE_CURSORS = [
    "",
    " ",
    "=",
    "a",
    "....",
    "null",
    "游标",
    "\ud800",
    "\x00",
    "../../etc/passwd",
    "' OR 1=1 --",
    "A" * (CURSOR_LENGTH_MAX + 1),
    "A" * 1_000_000,
    raw(b"\xff\xfe"),
    raw(""),
    raw("7"),
    raw("null"),
    raw("{}"),
    raw('{"0":7}'),
    raw("[]"),
    raw("[7"),
    raw("[7,7]"),
    raw("[7] "),
    raw("[ 7]"),
    raw("[7.0]"),
    raw("[7e0]"),
    raw("[-0]"),
    raw("[NaN]"),
    raw("[Infinity]"),
    raw("[true]"),
    raw("[null]"),
    raw('["7"]'),
    raw("[[7]]"),
    raw("[" * 700),
    raw("[9223372036854775808]"),
    raw(f"[{'9' * 700}]"),
    raw("[7]") + "=",
    raw("[7]") + "\n",
    raw("[7]")[:-1] + "\n" + raw("[7]")[-1:],
    encode_cursor(7) + encode_cursor(7),
    encode_cursor(7, 7),
    encode_cursor("7"),
    encode_cursor(ID),
    encode_cursor(7).lower(),
]


@pytest.mark.parametrize("text", HOSTILE_CURSORS)
def test_what_we_did_not_give_out_is_a_bad_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(text, int)


@pytest.mark.parametrize("text", [None, 7, b"Wzdd", 1.5, ["Wzdd"]])
def test_a_cursor_is_text(text: object) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(text, int)  # type: ignore[call-overload]


def test_spare_bits_of_the_last_letter_must_be_as_written() -> None:
    cursor = encode_cursor("a")  # 5 bytes: the last letter has two spare bits
    twin = cursor[:-1] + chr(ord(cursor[-1]) + 1)
    assert json.loads('["a"]') == ["a"]
    assert decode_cursor(cursor, str) == ("a",)
    with pytest.raises(BadCursor):
        decode_cursor(twin, str)


@pytest.mark.parametrize(
    ("plain", "kind"),
    [
        ('["\\u0000"]', str),  # PostgreSQL cannot compare with it
        ('["a\\u0000b"]', str),
        ('["\\ud800"]', str),
        ('["\\u0061"]', str),  # an "a", but not as we write it
        ('["not-a-uuid"]', UUID),
        ('["{01890a5d-ac96-774b-bcce-b302099a8057}"]', UUID),
        ('["01890A5D-AC96-774B-BCCE-B302099A8057"]', UUID),
        ('["01890a5dac96774bbcceb302099a8057"]', UUID),
        ("[7]", UUID),
        ('["2025-10-08T01:02:03"]', datetime),  # naive
        ('["2025-10-08T01:02:03Z"]', datetime),
        ('["2025-10-08T09:02:03+08:00"]', datetime),
        ('["0001-01-01T00:00:00+23:59"]', datetime),  # before the year 1 in UTC
        ('["2025-10-08"]', datetime),
        ('["2025-13-08"]', date),
        ('["20251008"]', date),
        ('["2025-10-08T00:00:00+00:00"]', date),
        ("[20251008]", date),
    ],
)
def test_parts_of_the_wrong_form_are_a_bad_cursor(plain: str, kind: type[str]) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(raw(plain), kind)


def test_a_bad_cursor_says_what_to_do_in_both_languages() -> None:
    error = BadCursor()
    assert error.code == "page.bad_cursor"
    assert "next" in error.say("zh")
    assert "next" in error.say("en")


@pytest.mark.parametrize(
    "parts",
    [
        (),
        tuple(range(9)),
        (True,),
        (2**63,),
        (-(2**63),),
        ("a\x00",),
        ("\ud800",),
        (1.5,),
        (None,),
        (datetime(2025, 10, 8),),  # noqa: DTZ001 - the point
        ("x" * CURSOR_LENGTH_MAX,),
    ],
)
def test_what_cannot_be_packed_is_the_caller_s_mistake(parts: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"cursor|surrogates"):
        encode_cursor(*parts)


def test_asking_for_an_unknown_type_is_the_caller_s_mistake() -> None:
    with pytest.raises(AssertionError):
        decode_cursor(encode_cursor("1.5"), float)  # type: ignore[type-var]


def test_a_page_takes_its_limit_and_says_where_the_next_begins() -> None:
    page = Page[int].of([10, 11, 12], limit=2, cursor=encode_cursor)
    assert page.items == [10, 11]
    assert page.next is not None
    assert decode_cursor(page.next, int) == (11,)


@pytest.mark.parametrize("rows", [[], [1], [1, 2]])
def test_the_last_page_has_no_next(rows: list[int]) -> None:
    page = Page[int].of(rows, limit=2, cursor=encode_cursor)
    assert page.items == rows
    assert page.next is None


@pytest.mark.parametrize("limit", [0, -1, PAGE_LIMIT_MAX + 1])
def test_a_limit_out_of_bounds_is_the_caller_s_mistake(limit: int) -> None:
    with pytest.raises(AssertionError):
        Page[int].of([], limit=limit, cursor=encode_cursor)


def test_a_page_in_json() -> None:
    assert json.loads(Page[int](items=[1]).model_dump_json()) == {"items": [1], "next": None}
    schema = Page[int].model_json_schema(mode="serialization")
    assert schema["properties"]["items"]["items"] == {"type": "integer"}
    assert schema["properties"]["next"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
