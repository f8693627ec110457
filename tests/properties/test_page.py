"""The laws of cursors: what we give out comes back, and nothing else is accepted."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.page import BadCursor, decode_cursor, encode_cursor

KINDS: tuple[Any, ...] = (str, int, UUID, date, datetime)

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
parts = st.one_of(
    storable,
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.uuids(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def accepted_or_bad(text: str, kinds: tuple[Any, ...]) -> tuple[Any, ...] | None:
    try:
        return decode_cursor(text, *kinds)
    except BadCursor:
        return None


@given(key=st.lists(parts, min_size=1, max_size=4))
def test_a_sort_key_comes_back_as_it_went(key: list[Any]) -> None:
    kinds = tuple(type(part) for part in key)
    cursor = encode_cursor(*key)
    assert decode_cursor(cursor, *kinds) == tuple(key)
    assert cursor.isascii()
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(key=st.lists(parts, min_size=1, max_size=3), kinds=st.lists(st.sampled_from(KINDS)))
def test_a_cursor_of_another_list_is_refused_unless_it_reads_as_ours(
    key: list[Any],
    kinds: list[Any],
) -> None:
    cursor = encode_cursor(*key)
    found = accepted_or_bad(cursor, tuple(kinds))
    assert found is None or encode_cursor(*found) == cursor


@given(text=st.text() | st.from_regex(r"[A-Za-z0-9_=-]{0,60}"), kind=st.sampled_from(KINDS))
def test_any_text_is_accepted_only_as_we_write_it(text: str, kind: Any) -> None:
    found = accepted_or_bad(text, (kind,))
    assert found is None or encode_cursor(*found) == text


@given(value=json_values, kinds=st.lists(st.sampled_from(KINDS), max_size=3))
def test_any_json_is_accepted_only_as_we_write_it(value: Any, kinds: list[Any]) -> None:
    cursor = urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    found = accepted_or_bad(cursor, tuple(kinds))
    assert found is None or encode_cursor(*found) == cursor


@given(key=st.lists(parts, min_size=1, max_size=3), data=st.data())
def test_a_cursor_with_one_letter_changed_is_ours_or_refused(
    key: list[Any],
    data: st.DataObject,
) -> None:
    cursor = encode_cursor(*key)
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.characters())
    changed = cursor[:place] + letter + cursor[place + 1 :]
    found = accepted_or_bad(changed, tuple(type(part) for part in key))
    assert found is None or encode_cursor(*found) == changed


@given(key=st.lists(parts, min_size=1, max_size=3))
def test_fewer_or_more_parts_than_asked_for_are_refused(key: list[Any]) -> None:
    kinds = [type(part) for part in key]
    cursor = encode_cursor(*key)
    for others in (kinds[:-1], [*kinds, str]):
        with pytest.raises(BadCursor):
            decode_cursor(cursor, *others)
