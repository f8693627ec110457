"""Whom a bearer token stands for: a user's or a client's, told apart by how it begins."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, LiteralString

from tongbao.core.identity.domain.oauth import CLIENT_TOKEN_PREFIX
from tongbao.core.identity.service import logging_in, oauth
from tongbao.core.identity.service.actors import standing_of
from tongbao.infra.arrays import Kind, array
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession
from tongbao.infra.lines import Line
from tongbao.infra.standing import Claim, Condition

_STAND: Final[LiteralString] = f"""
    NOT EXISTS (
        SELECT FROM unnest(%s::bytea[], %s::bytea[]) AS asked (token, standing)
         WHERE asked.standing IS DISTINCT FROM coalesce(
               (SELECT {standing_of("said")} FROM ({logging_in.BEARER}) AS said),
               (SELECT {standing_of("said")} FROM ({oauth.BEARER}) AS said)))
"""  # noqa: S608 - names of columns, written in the code


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


def still_stand(claims: Iterable[Claim], at: datetime) -> Condition:
    """Return the condition that tokens stand at an instant for whom they stood for before."""
    different = set(claims)  # many requests, few tokens; two of one token may claim unlike things
    tokens = array(Kind.BYTES, [claim.token_sha256 for claim in different])
    standings = array(Kind.BYTES, [claim.standing for claim in different])
    return Condition(_STAND, (tokens, standings, at, at))
