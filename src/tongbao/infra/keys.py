"""Keys for many purposes from the installation's one secret (`TONGBAO_SECRET_KEY`).

Each purpose has a key of its own, made by HMAC-SHA256 when it is asked for, so that what one
purpose tags means nothing to another. Nothing is stored. When the secret changes, the older one
(`TONGBAO_SECRET_KEY_OLDER`) goes on to be good for what was tagged with it: codes under way, signed
device cookies, tickets, counts of attempts. What is tagged from then on has the new one.
"""

import hmac
from collections.abc import Iterator
from functools import cache
from hashlib import sha256

_PREFIX = b"tongbao key/"
_secrets: list[bytes] = []


def use(secret: str, *, older: str | None = None) -> None:
    """Say what this process's secrets are; every process of an installation says the same."""
    _secrets[:] = [each.encode() for each in (secret, older) if each is not None]


def key(purpose: str) -> bytes:
    """Return the 32 bytes of the key for `purpose`; `use` must have been called."""
    return next(every(purpose))


def every(purpose: str) -> Iterator[bytes]:
    """Return the key for `purpose` from each secret, the newest first."""
    assert _secrets, "the process has been given no secret: keys.use"
    return (_derive(secret, purpose) for secret in _secrets)


def tag(purpose: str, *parts: bytes) -> bytes:
    """Return the 32-byte HMAC-SHA256 of `parts` under the purpose's key.

    Each part goes in with its length, so that two different lists never look the same.
    """
    return _tag(key(purpose), parts)


def tags(purpose: str, *parts: bytes) -> list[bytes]:
    """Return the tags under every secret that is still good, the newest first."""
    return [_tag(each, parts) for each in every(purpose)]


def same(one: bytes, other: bytes) -> bool:
    """Compare two tags in a time that does not depend on what they hold."""
    return hmac.compare_digest(one, other)


def is_tag(given: bytes, purpose: str, *parts: bytes) -> bool:
    """Tell whether `given` is the tag of `parts` under a secret that is still good."""
    return any(same(given, each) for each in tags(purpose, *parts))


def _tag(key: bytes, parts: tuple[bytes, ...]) -> bytes:
    made = hmac.new(key, digestmod=sha256)
    for part in parts:
        made.update(len(part).to_bytes(8))
        made.update(part)
    return made.digest()


@cache
def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, _PREFIX + purpose.encode(), sha256)
