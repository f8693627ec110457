"""The Idempotency-Key header as routers declare it and the API reference shows it.

`UnitOfWorkRoute` reads and checks the header before anything else runs; these dependencies only
say whether a route insists on it, and put it into the OpenAPI document.
"""

import re
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request

from tongbao.infra.web.errors import IdempotencyKeyMalformed, IdempotencyKeyMissing

DESCRIPTION: Final = (
    "1 to 255 printable ASCII characters, chosen by the caller; a UUID serves well. "
    "The same key with the same request gives the same answer again, "
    "with `Idempotency-Replayed: true`."
)
PATTERN: Final = r"^[!-~]([ -~]{0,253}[!-~])?$"  # no blank at either end: HTTP strips those
_KEY: Final = re.compile(PATTERN)


async def required_key(
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            pattern=PATTERN,
            description=DESCRIPTION,
            examples=["0197c0de-0000-7000-8000-000000000001"],
        ),
    ],
) -> str:
    """Insist on the header."""
    return idempotency_key


IDEMPOTENCY_KEY_REQUIRED = Depends(required_key)
"""For routes that move money: `@api.post("/", dependencies=[IDEMPOTENCY_KEY_REQUIRED])`."""


async def no_key() -> None:
    """Mark a route as one whose answers are not kept; it does nothing but be seen."""


NO_IDEMPOTENCY_KEY = Depends(no_key)
"""For routes that take or give secrets: neither their answers nor hashes of their bodies may be
stored. They are to be safe to repeat, or single-use, by themselves; the header is ignored."""

OPTIONAL_PARAMETER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": DESCRIPTION,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": PATTERN},
}
"""How OpenAPI shows the header on writing routes that do not insist on it."""


def key_of(request: Request, *, required: bool) -> str | None:
    """Return the request's key; `None` when it has none and need not.

    Raises `IdempotencyKeyMissing`, `IdempotencyKeyMalformed` (also for two of them).
    """
    values = request.headers.getlist("idempotency-key")
    if not values:
        if required:
            raise IdempotencyKeyMissing
        return None
    if len(values) > 1 or _KEY.fullmatch(values[0]) is None:
        raise IdempotencyKeyMalformed
    return values[0]
