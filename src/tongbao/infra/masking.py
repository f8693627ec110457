"""Makes secrets and personal data unreadable, by the name they go under and by their shape.

What cannot be recognised by either, such as a person's name, must not be handed over at all.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise
from typing import Final

HIDDEN: Final = "***"
DEPTH_MAX: Final = 6
ITEMS_MAX: Final = 100
TEXT_LENGTH_MAX: Final = 10_000

_SECRET_WORDS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "cvv",
        "otp",
        "passphrase",
        "passwd",
        "password",
        "pin",
        "pwd",
        "secret",
        "secrets",
        "session",
        "signature",
        "token",
        "tokens",
    }
)
_SECRET_PAIRS: Final = frozenset({("api", "key"), ("private", "key"), ("access", "key")})
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

# One pass over the text; identifiers and digests go first, so that digits inside them stay.
_SHAPES: Final = re.compile(
    r"""
      (?P<uuid> \b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b )
    | (?P<url> ://[^\s:/@]*: ) [^\s/]+ (?=@)
    | (?P<scheme> \b(?:bearer|basic)\s+ ) [^\s"',;]+
    | (?P<named> (?:passphrase|password|passwd|pwd|secret|token|api_?key)["']?\s*[=:]\s* )
      (?: "[^"]*" | '[^']*' | (?!(?:bearer|basic)\b)[^\s"'&,;)}\]]+ )
    | (?<![\w.%+-]) (?P<mailbox> [\w%+-] ) [\w.%+-]* (?P<at> @[a-z0-9-]+(?:\.[a-z0-9-]+)+ )
    # An identity number, or the unified social credit code of a firm, which a sole trader shares.
    | (?<![0-9a-z]) (?P<person> [0-9]{4}[0-9A-HJ-NP-RTUWXY]{10}[0-9A-Z]{4} ) (?![0-9a-z])
    | (?<![0-9a-z]) (?P<card> [0-9]{4}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})? ) (?![0-9a-z])
    | (?<![0-9a-z]) (?P<phone> (?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4} ) (?![0-9a-z])
    """,
    re.VERBOSE | re.IGNORECASE,
)

# What no shape can be found in, told apart quickly: words and templates, and one whole identifier.
_PLAIN: Final = re.compile(
    r"[a-zA-Z_/{}.]* (?: v[0-9] [a-zA-Z_/{}.]* )? | [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    re.VERBOSE,
)
_PLAIN_INTEGER_MAX: Final = 10**10 - 1
"""The shortest number that is somebody's, a telephone's, has 11 digits."""


def is_plain(text: str) -> bool:
    """Tell quickly of most texts that have nothing to hide, nor a character that does not print."""
    return len(text) <= TEXT_LENGTH_MAX and _PLAIN.fullmatch(text) is not None


def mask_text(text: str) -> str:
    """Return `text` with what looks like a secret or like personal data made unreadable."""
    if is_plain(text):
        return text
    if len(text) > TEXT_LENGTH_MAX:
        text = f"{text[:TEXT_LENGTH_MAX]}... ({len(text)} characters)"
    return _SHAPES.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    kind = found.lastgroup
    text = found.group()
    match kind:
        case "uuid":
            return text
        case "url" | "scheme" | "named":
            return found[kind] + HIDDEN
        case "at":
            return found["mailbox"] + HIDDEN + found["at"]
    digits = re.sub("[ +-]", "", text)
    match kind:
        case "person":
            return f"{digits[:4]}**********{digits[-4:]}"
        case "card":
            return f"{digits[:4]}********{digits[-4:]}"
    return f"{digits[-11:-8]}****{digits[-4:]}"


@lru_cache(maxsize=1_000)  # names are written in the code or few
def is_secret_name(name: str) -> bool:
    """Tell whether what goes under `name` is a secret: `new_password`, `X-Api-Key`, `authToken`."""
    words = [word.lower() for word in _WORD.findall(name)]
    pairs = pairwise(words)
    return not _SECRET_WORDS.isdisjoint(words) or not _SECRET_PAIRS.isdisjoint(pairs)


def mask(name: str, value: object, depth: int = 0) -> object:
    """Return `value` as it may be shown under `name`: plain JSON values, of bounded size.

    Never raises: what cannot even be turned into a text is hidden.
    """
    if is_secret_name(name) or depth > DEPTH_MAX:
        return HIDDEN
    if isinstance(value, str):
        return mask_text(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        if -_PLAIN_INTEGER_MAX <= value <= _PLAIN_INTEGER_MAX:
            return int(value)
        return value if mask_text(str(value)) == str(value) else mask_text(str(value))
    return _mask_object(name, value, depth)


def _mask_object(name: str, value: object, depth: int) -> object:
    try:
        if isinstance(value, bytes | bytearray | memoryview):
            return f"<{len(value)} bytes>"
        if isinstance(value, Mapping):
            items = list(value.items())[:ITEMS_MAX]
            return {mask_text(str(key)): mask(str(key), item, depth + 1) for key, item in items}
        if isinstance(value, list | tuple | AbstractSet):
            return [mask(name, item, depth + 1) for item in list(value)[:ITEMS_MAX]]
        return mask_text(str(value))
    except Exception:  # noqa: BLE001 - a value that cannot be shown must not stop the work
        return f"<{type(value).__name__}>"
