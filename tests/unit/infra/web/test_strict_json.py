import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tongbao.infra.web import strict_json
from tongbao.infra.web.errors import (
    DuplicateMember,
    MalformedJson,
    MalformedText,
    NumberOutOfRange,
    RequestError,
    TooDeep,
)

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXT = st.text(CHARACTERS, max_size=8)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
DOCUMENT = st.recursive(
    SCALAR, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)


@given(document=DOCUMENT, indent=st.none() | st.just(2))
def test_every_honest_document_is_read_as_it_was_written(document: Any, indent: int | None) -> None:
    for ascii_only in (True, False):
        text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
        assert strict_json.parse(text.encode()) == document


@given(document=DOCUMENT)
def test_one_document_has_one_canonical_spelling(document: Any) -> None:
    spelled = strict_json.canonical(document)
    assert strict_json.canonical(strict_json.parse(spelled)) == spelled
    assert strict_json.canonical(strict_json.parse(json.dumps(document, indent=1).encode())) == (
        spelled
    )


@given(body=st.binary(max_size=60))
@example(b"\xff\xfe{\x00}\x00")
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"-")
@example(b"1" * 100_000)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        document = strict_json.parse(body)
    except RequestError:
        return
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", MalformedJson),
        (b"{", MalformedJson),
        (b"{'a': 1}", MalformedJson),
        (b'{"a": 1,}', MalformedJson),
        (b'{"a": 1} {"a": 2}', MalformedJson),
        (b"\xef\xbb\xbf{}", MalformedJson),
        (b'"\x00"', MalformedJson),
        (b'"a\nb"', MalformedJson),
        (b"01", MalformedJson),
        (b"+1", MalformedJson),
        (b"0x10", MalformedJson),
        (b"1_000", MalformedJson),
        ("٣".encode(), MalformedJson),
        (b'"\xff"', MalformedText),
        (b'"\xed\xa0\x80"', MalformedText),
        (b'"\xc0\x80"', MalformedText),
        ("{}".encode("utf-16"), MalformedText),
        (b'"\\u0000"', MalformedText),
        (b'{"a": ["x", {"b": "\\u0000"}]}', MalformedText),
        (b'{"\\u0000": 1}', MalformedText),
        (b'"\\ud800"', MalformedText),
        (b'"\\uDC00\\uD800"', MalformedText),
        (b'{"a": 1, "a": 1}', DuplicateMember),
        (b'{"x": {"a": 1, "b": 2, "\\u0061": 3}}', DuplicateMember),
        (b"NaN", NumberOutOfRange),
        (b"[Infinity]", NumberOutOfRange),
        (b'{"a": -Infinity}', NumberOutOfRange),
        (b"1e400", NumberOutOfRange),
        (b"-1e999999999", NumberOutOfRange),
        (b"9223372036854775808", NumberOutOfRange),
        (b"-9223372036854775808", NumberOutOfRange),
        (b"1" * 5000, NumberOutOfRange),
        (b"[" * 33 + b"]" * 33, TooDeep),
        (b'{"a":' * 33 + b"1" + b"}" * 33, TooDeep),
        (b"[" * 5000 + b"]" * 5000, TooDeep),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_refused(body: bytes, error: type[RequestError]) -> None:
    with pytest.raises(error):
        strict_json.parse(body)


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b" null ", None),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        (b'"\\\\u0000"', "\\u0000"),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775807", 1 - 2**63),
        (b"-0", 0),
        (b"1E2", 100.0),
    ],
)
def test_what_is_taken(body: bytes, document: object) -> None:
    assert strict_json.parse(body) == document


def test_the_deepest_document_taken() -> None:
    assert strict_json.parse(b"[" * 32 + b"]" * 32)
    wide = b"[" + b",".join([b"[[]]"] * 100) + b"]"
    assert strict_json.parse(wide) == [[[]]] * 100


def test_a_malformed_document_says_where() -> None:
    with pytest.raises(MalformedJson) as caught:
        strict_json.parse(b'{\n  "a": x}')
    assert caught.value.facts == {"line": 2, "column": 8}
    with pytest.raises(DuplicateMember) as twice:
        strict_json.parse(b'{"amount": 1, "amount": 2}')
    assert twice.value.facts == {"member": "amount"}
