"""Registering partner clients and changing their secrets, keys, scopes and status."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import UnknownParties
from tongbao.core.identity.domain.assertions import clean_key
from tongbao.core.identity.domain.clients import (
    KEYS_MAX,
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    SECRET_LIFETIME,
    SECRETS_MAX,
    Client,
    ClientId,
    ClientKey,
    ClientSecret,
    ClientStatus,
    KeyTaken,
    TooManyKeys,
    UnknownClient,
    UnknownKey,
    clean_networks,
    clean_scopes,
)
from tongbao.core.identity.events import (
    ClientChanged,
    ClientCredentialsChanged,
    ClientRegistered,
)
from tongbao.core.identity.models.clients import (
    ClientKeyRow,
    ClientRow,
    ClientSecretRow,
    ClientTokenRow,
)
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.auth import token_hash
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import Page, decode_cursor, encode_cursor

SECRET_PREFIX: Final = "tbs_"  # noqa: S105 - so that scanners of source code recognise one
SECRET_BYTES: Final = 32


async def register_client(
    tx: WriteSession,
    *,
    name: str,
    party_id: UUID | None,
    scopes: Collection[str],
    networks: Sequence[str] = (),
    keys: Sequence[Mapping[str, Any]] = (),
    at: datetime,
) -> tuple[Client, str | None]:
    """Register a client; without public keys it gets a secret, which is returned this once.

    Raises `parties.NameMalformed`, `ScopesUnsuitable`, `NetworksMalformed`, `UnknownParties`,
    `KeyUnsuitable`, `KeyTaken` and `TooManyKeys`.
    """
    client_id = ClientId(new_id())
    clean = clean_scopes(scopes, party_id=party_id)
    if party_id is not None and not await parties.names(tx, [party_id]):
        raise UnknownParties
    if len(keys) > KEYS_MAX:
        raise TooManyKeys
    await tx.execute(
        insert(ClientRow).values(
            id=client_id,
            name=parties.clean_name(name),
            party_id=party_id,
            scopes=sorted(clean),
            networks=list(clean_networks(networks)),
            status=ClientStatus.ACTIVE.value,
            created_at=at,
        )
    )
    for key in keys:
        await _store_key(tx, client_id, key, at=at)
    secret = None if keys else (await _store_secret(tx, client_id, at=at))[1]
    registered = ClientRegistered(
        client_id=client_id, party_id=party_id, scopes=tuple(sorted(clean))
    )
    await outbox.append(tx, [registered], at=at)
    return await get_client(tx, client_id, at=at), secret


async def get_client(tx: ReadSession, client_id: UUID, *, at: datetime) -> Client:
    """Return a client with its keys and the secrets that are still good. Raises `UnknownClient`."""
    row = await tx.get(ClientRow, client_id, populate_existing=True)
    if row is None:
        raise UnknownClient
    (client,) = await _complete(tx, [row], at=at)
    return client


async def list_clients(
    tx: ReadSession, *, after: str | None, limit: int, at: datetime
) -> Page[Client]:
    """Return the clients, the latest registered first. Raises `page.BadCursor`."""
    query = select(ClientRow).order_by(ClientRow.id.desc()).limit(limit + 1)
    if after is not None:
        query = query.where(ClientRow.id < decode_cursor(after, UUID)[0])
    rows = (await tx.scalars(query)).all()
    found = await _complete(tx, rows, at=at)
    return Page[Client].of(found, limit=limit, cursor=lambda client: encode_cursor(client.id))


async def add_secret(
    tx: WriteSession,
    *,
    client_id: UUID,
    overlap: timedelta = OVERLAP_DEFAULT,
    by: UUID,
    at: datetime,
) -> tuple[ClientSecret, str]:
    """Give a client its next secret; the one before stays good for `overlap`, then no more.

    Raises `UnknownClient`, and `TooManyKeys` while two are good.
    """
    assert timedelta(0) <= overlap <= OVERLAP_MAX, "the edge has checked it"
    await _hold(tx, client_id)
    good = ClientSecretRow.client_id == client_id, ClientSecretRow.expires_at > at
    if (await tx.scalar(select(func.count()).where(*good)) or 0) >= SECRETS_MAX:
        raise TooManyKeys
    await tx.execute(
        update(ClientSecretRow)
        .where(*good, ClientSecretRow.expires_at > at + overlap)
        .values(expires_at=at + overlap)
    )
    secret, plain = await _store_secret(tx, client_id, at=at)
    await _tell(tx, client_id, "secret_added", str(secret.id), by=by, at=at)
    return secret, plain


async def end_secret(
    tx: WriteSession, *, client_id: UUID, secret_id: UUID, by: UUID, at: datetime
) -> None:
    """End a secret at once. Raises `UnknownKey`."""
    ended = await tx.scalar(
        update(ClientSecretRow)
        .where(
            ClientSecretRow.id == secret_id,
            ClientSecretRow.client_id == client_id,
            ClientSecretRow.expires_at > at,
        )
        .values(expires_at=at)
        .returning(ClientSecretRow.id)
    )
    if ended is None:
        raise UnknownKey
    await _tell(tx, client_id, "secret_ended", str(secret_id), by=by, at=at)


async def add_key(
    tx: WriteSession, *, client_id: UUID, key: Mapping[str, Any], by: UUID, at: datetime
) -> ClientKey:
    """Register a public key. Raises `UnknownClient`, `KeyUnsuitable`, `KeyTaken`, `TooManyKeys`."""
    await _hold(tx, client_id)
    count = select(func.count()).where(ClientKeyRow.client_id == client_id)
    if (await tx.scalar(count) or 0) >= KEYS_MAX:
        raise TooManyKeys
    stored = await _store_key(tx, client_id, key, at=at)
    await _tell(tx, client_id, "key_added", stored.kid, by=by, at=at)
    return stored


async def remove_key(
    tx: WriteSession, *, client_id: UUID, kid: str, by: UUID, at: datetime
) -> None:
    """Remove a public key; nothing signed with it is accepted any more. Raises `UnknownKey`."""
    removed = await tx.scalar(
        delete(ClientKeyRow)
        .where(ClientKeyRow.client_id == client_id, ClientKeyRow.kid == kid)
        .returning(ClientKeyRow.kid)
    )
    if removed is None:
        raise UnknownKey
    await _tell(tx, client_id, "key_removed", kid, by=by, at=at)


async def change_client(
    tx: WriteSession,
    *,
    client_id: UUID,
    status: ClientStatus,
    scopes: Collection[str],
    networks: Sequence[str] | None = None,
    by: UUID,
    at: datetime,
) -> Client:
    """Set what a client may do, from where, and whether anything at all; tokens obey at once.

    Without `networks` they stay as they are. Disabling also revokes its tokens, so that enabling it
    again does not bring them back. Raises `UnknownClient`, `ScopesUnsuitable`, `NetworksMalformed`.
    """
    row = await _hold(tx, client_id)
    clean = clean_scopes(scopes, party_id=row.party_id)
    places = row.networks if networks is None else list(clean_networks(networks))
    await tx.execute(
        update(ClientRow)
        .where(ClientRow.id == client_id)
        .values(status=status.value, scopes=sorted(clean), networks=places)
    )
    if status is ClientStatus.DISABLED:
        await tx.execute(
            update(ClientTokenRow)
            .where(ClientTokenRow.client_id == client_id, ClientTokenRow.revoked_at.is_(None))
            .values(revoked_at=at)
        )
    changed = ClientChanged(
        client_id=client_id, status=status.value, scopes=tuple(sorted(clean)), changed_by=by
    )
    await outbox.append(tx, [changed], at=at)
    return await get_client(tx, client_id, at=at)


async def _hold(tx: WriteSession, client_id: UUID) -> ClientRow:
    """Lock a client, so that what is counted stays counted. Raises `UnknownClient`."""
    row = await tx.scalar(
        select(ClientRow)
        .where(ClientRow.id == client_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownClient
    return row


async def _store_secret(
    tx: WriteSession, client_id: UUID, *, at: datetime
) -> tuple[ClientSecret, str]:
    plain = f"{SECRET_PREFIX}{token_urlsafe(SECRET_BYTES)}"
    secret = ClientSecret(id=new_id(), created_at=at, expires_at=at + SECRET_LIFETIME)
    await tx.execute(
        insert(ClientSecretRow).values(
            id=secret.id,
            client_id=client_id,
            secret_sha256=token_hash(plain),
            created_at=at,
            expires_at=secret.expires_at,
        )
    )
    return secret, plain


async def _store_key(
    tx: WriteSession, client_id: UUID, key: Mapping[str, Any], *, at: datetime
) -> ClientKey:
    kid, public = clean_key(key)
    stored = await tx.scalar(
        insert(ClientKeyRow)
        .values(client_id=client_id, kid=kid, jwk=public, created_at=at)
        .on_conflict_do_nothing()
        .returning(ClientKeyRow.kid)
    )
    if stored is None:
        raise KeyTaken
    return ClientKey(kid=kid, jwk=public, created_at=at)


async def _tell(
    tx: WriteSession, client_id: UUID, change: str, credential: str, *, by: UUID, at: datetime
) -> None:
    event = ClientCredentialsChanged.model_validate(
        {"client_id": client_id, "change": change, "credential": credential, "changed_by": by}
    )
    await outbox.append(tx, [event], at=at)


async def _complete(tx: ReadSession, rows: Sequence[ClientRow], *, at: datetime) -> list[Client]:
    """Return clients with what belongs to them, in two queries whatever their number."""
    ids = [row.id for row in rows]
    secrets = (
        await tx.scalars(
            select(ClientSecretRow)
            .where(ClientSecretRow.client_id.in_(ids), ClientSecretRow.expires_at > at)
            .order_by(ClientSecretRow.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    keys = (
        await tx.scalars(
            select(ClientKeyRow)
            .where(ClientKeyRow.client_id.in_(ids))
            .order_by(ClientKeyRow.created_at, ClientKeyRow.kid)
        )
    ).all()
    return [
        Client(
            id=ClientId(row.id),
            name=row.name,
            party_id=row.party_id,
            scopes=frozenset(row.scopes),
            networks=tuple(row.networks),
            status=ClientStatus(row.status),
            created_at=row.created_at,
            misplaced_at=row.misplaced_at,
            misplaced_from=row.misplaced_from,
            secrets=tuple(
                ClientSecret(id=each.id, created_at=each.created_at, expires_at=each.expires_at)
                for each in secrets
                if each.client_id == row.id
            ),
            keys=tuple(
                ClientKey(kid=each.kid, jwk=each.jwk, created_at=each.created_at)
                for each in keys
                if each.client_id == row.id
            ),
        )
        for row in rows
    ]
