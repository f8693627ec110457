"""Whom a bearer token stands for: a user's or a client's, told apart by how it begins."""

from collections.abc import Sequence
from datetime import datetime

from tongbao.core.identity.domain.oauth import CLIENT_TOKEN_PREFIX
from tongbao.core.identity.service import logging_in, oauth
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession
from tongbao.infra.lines import Line


async def authenticate(tx: ReadSession, token: str, at: datetime) -> Actor | None:
    """Return who a bearer token stands for; None if it is unknown, expired or revoked."""
    (actor,) = await authenticate_many(tx, [token], at)
    return actor


async def authenticate_many(
    tx: ReadSession | Line, tokens: Sequence[str], at: datetime
) -> list[Actor | None]:
    """Do the same for several, in one query for each of the two kinds that occur."""
    found: dict[str, Actor | None] = {}
    for many, belongs in (
        (oauth.authenticate_tokens, True),
        (logging_in.authenticate_many, False),
    ):
        some = sorted({each for each in tokens if each.startswith(CLIENT_TOKEN_PREFIX) is belongs})
        if some:
            found.update(zip(some, await many(tx, some, at), strict=True))
    return [found[each] for each in tokens]
