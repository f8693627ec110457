"""Codes that people write down: in place of a lost factor, and to call off the loss of all."""

import hashlib
import re
import secrets
from typing import Final
from uuid import UUID

RECOVERY_CODES: Final = 10
CODE_LENGTH: Final = 16
"""Characters of five bits each: 80 bits, so that a plain hash of one is not searched."""

_ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"  # Crockford's base 32
_MISREAD: Final = str.maketrans("ILO", "110")


def new_code() -> str:
    """Return four groups of four characters each."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def new_recovery_codes() -> list[str]:
    """Return codes for the day a factor is lost."""
    return [new_code() for _ in range(RECOVERY_CODES)]


def recovery_code_hash(code: str, *, user_id: UUID) -> bytes | None:
    """Return what is stored of a user's recovery code; None if no code looks like this."""
    return _hash(b"tongbao recovery code 1\n" + user_id.bytes, code)


def cancel_code_hash(code: str) -> bytes | None:
    """Return what is stored of a code that calls off a recovery; None if none looks like this."""
    return _hash(b"tongbao cancel code 1\n", code)


def _hash(context: bytes, code: str) -> bytes | None:
    """Case, hyphens and blanks do not matter, and I, L and O are read as 1, 1 and 0."""
    plain = re.sub(r"[\s-]", "", code[:64]).upper().translate(_MISREAD)
    if len(plain) != CODE_LENGTH or not set(plain) <= set(_ALPHABET):
        return None
    return hashlib.sha256(context + plain.encode()).digest()
