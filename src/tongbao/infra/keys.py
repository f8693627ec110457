"""Keys for many purposes from the installation's one secret (`TONGBAO_SECRET_KEY`).

Each purpose has a key of its own, made by HMAC-SHA256 when it is asked for, so that what one
purpose tags means nothing to another. Nothing is stored; a new secret makes the tags of the old
one worthless: codes under way, signed device cookies, sealed fields.
"""

import hmac
from functools import cache
from hashlib import sha256

_PREFIX = b"tongbao key/"
_secrets: list[bytes] = []


def use(secret: str) -> None:
    """Say what this process's secret is; every process of an installation says the same."""
    _secrets[:] = [secret.encode()]


def key(purpose: str) -> bytes:
    """Return the 32 bytes of the key for `purpose`; `use` must have been called."""
    assert _secrets, "the process has been given no secret: keys.use"
    return _derive(_secrets[0], purpose)


def tag(purpose: str, *parts: bytes) -> bytes:
    """Return the 32-byte HMAC-SHA256 of `parts` under the purpose's key.

    Each part goes in with its length, so that two different lists never look the same.
    """
    made = hmac.new(key(purpose), digestmod=sha256)
    for part in parts:
        made.update(len(part).to_bytes(8))
        made.update(part)
    return made.digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare two tags in a time that does not depend on what they hold."""
    return hmac.compare_digest(one, other)


@cache
def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, _PREFIX + purpose.encode(), sha256)
