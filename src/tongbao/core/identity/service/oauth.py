"""Tokens for clients: who asks, what they get, what a token is good for."""

import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_network
from secrets import token_urlsafe
from typing import Final, LiteralString
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.assertions import BadAssertion, check_assertion
from tongbao.core.identity.domain.clients import (
    CLIENT_SCOPES,
    Client,
    ClientStatus,
    UnknownClient,
)
from tongbao.core.identity.domain.oauth import (
    CLIENT_TOKEN_LIFETIME,
    CLIENT_TOKEN_PREFIX,
    CLIENT_TOKENS_MAX,
    ClientToken,
    Credentials,
    Introspection,
    OAuthRefused,
    narrowed,
)
from tongbao.core.identity.models.clients import (
    ClientAssertionRow,
    ClientRow,
    ClientSecretRow,
    ClientTokenRow,
)
from tongbao.core.identity.service.actors import standing_of
from tongbao.core.identity.service.clients import get_client
from tongbao.infra.address import Network, parse_address, within
from tongbao.infra.auth import TOKEN_BYTES, Actor, token_hash
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.lines import Line

FACTORS: Final = frozenset({"client"})
_NOTHING: Final = bytes(32)

BEARER: Final[LiteralString] = """
    SELECT c.id, c.name, c.party_id, c.scopes, t.scopes, c.networks
      FROM identity_client_token t
      JOIN identity_client c ON c.id = t.client_id
     WHERE t.token_sha256 = asked.token AND t.expires_at > %s AND t.revoked_at IS NULL
       AND c.status = 'active'
     LIMIT 1
"""
"""What the database says of a client's token at an instant; limited as `logging_in.BEARER` is."""

_ACTORS: Final = f"""
    SELECT asked.token, {standing_of("said")}, said.*
      FROM unnest(%s::bytea[]) AS asked (token) CROSS JOIN LATERAL ({BEARER}) AS said
"""  # noqa: S608 - names of columns, written in the code

_log = structlog.stdlib.get_logger(__name__)


async def authenticate_client(
    tx: WriteSession,
    *,
    credentials: Credentials,
    address: str,
    audiences: Collection[str],
    at: datetime,
) -> Client:
    """Return the client these credentials prove. Raises `OAuthRefused` (`invalid_client`).

    The caller is told the same whatever is wrong; the log says what. An assertion is used up by
    the transaction that accepts it.
    """
    try:
        client = await get_client(tx, _client_id(credentials.client_id), at=at)
        _check_standing(client, address)
        if credentials.secret is not None:
            await _check_secret(tx, client, credentials.secret, at=at)
        else:
            assert credentials.assertion is not None
            await _use_assertion(tx, client, credentials.assertion, audiences, at=at)
    except (UnknownClient, BadAssertion, _Refusal) as refusal:
        why = getattr(refusal, "why", "unknown")
        _log.warning("client_refused", client_id=_loggable(credentials.client_id), why=why)
        raise OAuthRefused("invalid_client", why=why) from None
    return client


async def issue_client_token(
    tx: WriteSession, *, client: Client, scope: str | None, at: datetime
) -> ClientToken:
    """Give a client a token for all its scopes, or for those asked for. Raises `OAuthRefused`.

    Its expired tokens go, and so do the oldest beyond `CLIENT_TOKENS_MAX`.
    """
    scopes = narrowed(scope, among=client.scopes)
    newest = (
        select(ClientTokenRow.token_sha256)
        .where(ClientTokenRow.client_id == client.id)
        .order_by(ClientTokenRow.issued_at.desc())
        .limit(CLIENT_TOKENS_MAX - 1)
    )
    await tx.execute(
        delete(ClientTokenRow).where(
            ClientTokenRow.client_id == client.id,
            or_(ClientTokenRow.expires_at <= at, ClientTokenRow.token_sha256.not_in(newest)),
        )
    )
    token = ClientToken(
        client_id=client.id,
        token=f"{CLIENT_TOKEN_PREFIX}{token_urlsafe(TOKEN_BYTES)}",
        scopes=scopes,
        expires_at=at + CLIENT_TOKEN_LIFETIME,
    )
    await tx.execute(
        insert(ClientTokenRow).values(
            token_sha256=token_hash(token.token),
            client_id=client.id,
            scopes=sorted(scopes),
            issued_at=at,
            expires_at=token.expires_at,
        )
    )
    return token


async def introspect(
    tx: ReadSession, *, client: Client, token: str, at: datetime
) -> Introspection | None:
    """Return what a token of this client is good for (RFC 7662); None for any other text."""
    found = (
        await tx.execute(
            select(ClientTokenRow).where(
                ClientTokenRow.token_sha256 == token_hash(token),
                ClientTokenRow.client_id == client.id,
                ClientTokenRow.expires_at > at,
                ClientTokenRow.revoked_at.is_(None),
            )
        )
    ).scalar_one_or_none()
    if found is None:
        return None
    return Introspection(
        client_id=client.id,
        scopes=_effective(found.scopes, client.scopes),
        issued_at=found.issued_at,
        expires_at=found.expires_at,
    )


async def revoke_client_token(
    tx: WriteSession, *, client: Client, token: str, at: datetime
) -> None:
    """Revoke a token of this client at once (RFC 7009); any other text changes nothing."""
    await tx.execute(
        update(ClientTokenRow)
        .where(
            ClientTokenRow.token_sha256 == token_hash(token),
            ClientTokenRow.client_id == client.id,
            ClientTokenRow.revoked_at.is_(None),
        )
        .values(revoked_at=at)
    )


async def authenticate_tokens(
    tx: ReadSession | Line, tokens: Sequence[str], at: datetime
) -> list[Actor | None]:
    """Return the client each token stands for; None if it is unknown, expired or revoked.

    What it may do is what the token *and* the client have now, from the networks the client has
    now: narrowing a client counts at once.
    """
    hashes = [token_hash(token) for token in tokens]
    actors = {
        token_sha256: _actor(
            client_id, name, party_id, _effective(token_scopes, scopes), networks, standing
        )
        for token_sha256, standing, client_id, name, party_id, scopes, token_scopes, networks in (
            await tx.fetch(_ACTORS, (list(set(hashes)), at))
        )
    }
    return [actors.get(each) for each in hashes]


async def client_actors(tx: ReadSession, client_ids: Collection[UUID]) -> Mapping[UUID, Actor]:
    """Return what clients may do by themselves, by id; those that are not active are left out."""
    rows = await tx.execute(
        select(ClientRow.id, ClientRow.name, ClientRow.party_id, ClientRow.scopes).where(
            ClientRow.id.in_(client_ids), ClientRow.status == ClientStatus.ACTIVE.value
        )
    )
    return {
        row.id: _actor(row.id, row.name, row.party_id, _effective(row.scopes, CLIENT_SCOPES))
        for row in rows
    }


def _actor(
    client_id: UUID,
    name: str,
    party_id: UUID | None,
    scopes: frozenset[str],
    networks: Sequence[str] = (),
    standing: bytes | None = None,
) -> Actor:
    return Actor(
        id=client_id,
        kind="service",
        name=name,
        party_ids=frozenset() if party_id is None else frozenset({party_id}),
        permissions=scopes,
        factors=FACTORS,
        networks=_compiled(tuple(networks)),
        standing=standing,
    )


@lru_cache(maxsize=1_000)  # they change seldom and are needed with every call
def _compiled(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(map(ip_network, networks))


def _effective(scopes: Collection[str], allowed: Collection[str]) -> frozenset[str]:
    return frozenset(scopes) & frozenset(allowed) & CLIENT_SCOPES


class _Refusal(Exception):
    """Why a client is not believed."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def _check_standing(client: Client, address: str) -> None:
    """Raise `_Refusal` for a client that is disabled or calls from elsewhere."""
    if client.status is not ClientStatus.ACTIVE:
        raise _Refusal("disabled")
    if client.networks and not within(parse_address(address), _compiled(client.networks)):
        raise _Refusal("address")


async def _check_secret(tx: ReadSession, client: Client, secret: str, *, at: datetime) -> None:
    """Compare with every good secret, each in constant time. Raises `_Refusal`."""
    stored = await tx.scalars(
        select(ClientSecretRow.secret_sha256).where(
            ClientSecretRow.client_id == client.id, ClientSecretRow.expires_at > at
        )
    )
    sent = token_hash(secret)
    matches = [hmac.compare_digest(sent, each) for each in (*stored.all(), _NOTHING)]
    if not any(matches):
        raise _Refusal("secret")


async def _use_assertion(
    tx: WriteSession,
    client: Client,
    text: str,
    audiences: Collection[str],
    *,
    at: datetime,
) -> None:
    """Accept an assertion once. Raises `BadAssertion`, `_Refusal`."""
    said = check_assertion(
        text, client_id=str(client.id), keys=client.keys, audiences=audiences, at=at
    )
    await tx.execute(
        delete(ClientAssertionRow).where(
            ClientAssertionRow.client_id == client.id, ClientAssertionRow.expires_at <= at
        )
    )
    used = await tx.scalar(
        insert(ClientAssertionRow)
        .values(client_id=client.id, jti=said.jti, expires_at=said.expires_at)
        .on_conflict_do_nothing()
        .returning(ClientAssertionRow.jti)
    )
    if used is None:
        raise _Refusal("jti was used")


def _client_id(text: str) -> UUID:
    """Return the id that `text` is, in its one spelling. Raises `UnknownClient`."""
    try:
        found = UUID(text)
    except ValueError:
        raise UnknownClient from None
    if str(found) != text:
        raise UnknownClient
    return found


def _loggable(client_id: str) -> str:
    """Return an id for the log; anything else might be a secret in the wrong field."""
    try:
        return str(_client_id(client_id))
    except UnknownClient:
        return "(not an id)"
