"""Blind indexes: a keyed tag beside a sealed value, by which an equal value is found.

The tag of a value is HMAC-SHA256 under a key of the field's own, so equal values of one field have
equal tags and those of two fields do not. Whoever reads the table learns which rows hold the same
value, and nothing about the value unless they also have the key, with which they could try all
phone numbers. The key's root is a record key of the installation's own, wrapped like any other.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import Final

from tongbao.infra.crypto.process import installed

FIELDS_MAX: Final = 1_000
_PURPOSE: Final = b"tongbao blind/"


def blind(value: str | bytes, *, field: str) -> bytes:
    """Return the 32-byte tag of a value, which the caller has normalised, for storing."""
    return _tag(installed().blind[0].key, value, field)


def newest_tag(value: str | bytes, *, field: str) -> bytes:
    """Return the tag under the newest key there is, for making stored ones anew."""
    newest = max(installed().blind, key=lambda each: each.generation)
    return _tag(newest.key, value, field)


def blinds(value: str | bytes, *, field: str) -> list[bytes]:
    """Return the tags under every version of the key, the one for storing first, for looking up.

    There are two while the blind indexes are being made anew; use `= ANY(...)`.
    """
    return [_tag(root.key, value, field) for root in installed().blind]


def _tag(root: bytes, value: str | bytes, field: str) -> bytes:
    text = value.encode() if isinstance(value, str) else value
    return hmac.digest(_key(root, field), text, sha256)


@lru_cache(maxsize=FIELDS_MAX)
def _key(root: bytes, field: str) -> bytes:
    return hmac.digest(root, _PURPOSE + field.encode(), sha256)
