"""JSON read strictly: what two readers could understand differently is refused.

Python's own reader takes NaN, keeps the last of two equal members, and hands on characters that
PostgreSQL cannot store. RFC 8259 section 4 and RFC 7493 (I-JSON) say why that is a trap.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

from tongbao.infra.web.errors import (
    DuplicateMember,
    MalformedJson,
    MalformedText,
    NumberOutOfRange,
    TooDeep,
)

LEVELS_MAX: Final = 32
INTEGER_MAX: Final = 2**63 - 1
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_INTEGER_LENGTH_MAX: Final = len(str(-INTEGER_MAX))


def _refuse_constant(_text: str) -> NoReturn:
    raise NumberOutOfRange


def _integer(text: str) -> int:
    # By length first: turning a million digits into an integer is quadratic work.
    if len(text) > _INTEGER_LENGTH_MAX or abs(value := int(text)) > INTEGER_MAX:
        raise NumberOutOfRange
    return value


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise NumberOutOfRange
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DuplicateMember(member=name)
            seen.add(name)
    return members


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_refuse_constant,
    parse_int=_integer,
    parse_float=_fraction,
)

_CANONICAL: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def storable(text: str) -> bool:
    """Tell whether PostgreSQL and UTF-8 can hold `text`: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def _check(document: object) -> None:
    """Walk the parsed document: depth and characters. Not recursive, so it cannot overflow."""
    pending: list[tuple[object, int]] = [(document, 1)]
    while pending:
        value, level = pending.pop()
        if isinstance(value, str):
            if not storable(value):
                raise MalformedText(part="body")
        elif isinstance(value, (dict, list)):
            if level > LEVELS_MAX:
                raise TooDeep(levels_max=LEVELS_MAX)
            if isinstance(value, dict):
                pending.extend((name, level) for name in value)
                pending.extend((each, level + 1) for each in value.values())
            else:
                pending.extend((each, level + 1) for each in value)


def _needs_walk(body: bytes) -> bool:
    """Tell whether nesting beyond the limit, NUL or a surrogate is possible at all.

    NUL and surrogates get past the reader only as escapes; most bodies have neither.
    """
    return b"\\u" in body or body.count(b"[") + body.count(b"{") > LEVELS_MAX


def parse(body: bytes) -> object:
    """Return the value of a JSON text.

    Raises `MalformedJson`, `MalformedText`, `DuplicateMember`, `NumberOutOfRange`, `TooDeep`.
    A byte order mark is malformed: RFC 8259 section 8.1 forbids it.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedText(part="body") from error
    try:
        document = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise TooDeep(levels_max=LEVELS_MAX) from error
    if _needs_walk(body):
        _check(document)
    return document


def canonical(document: object) -> bytes:
    """Return one spelling for equal documents: members sorted, no blanks, UTF-8."""
    return _CANONICAL.encode(document).encode()
