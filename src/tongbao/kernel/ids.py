"""Identifiers: UUID version 7 (RFC 9562), sortable by the moment they were made.

Each module gives its nouns a `NewType` of `UUID`, so that an account's id is never taken for a
party's.
"""

from uuid import UUID

import uuid_utils
import uuid_utils.compat


def new_id() -> UUID:
    """Return a fresh UUIDv7."""
    return uuid_utils.compat.uuid7()


def new_id_text() -> str:
    """Return a fresh UUIDv7 as text, for ids that are only passed on, such as a request's."""
    return str(uuid_utils.uuid7())


def uuid_text(value: UUID) -> str:
    """Return `str(value)` in two thirds of the time, for who writes thousands."""
    digits = value.int.to_bytes(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
