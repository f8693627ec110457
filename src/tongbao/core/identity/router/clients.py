"""`/api/v1/identity/clients`: staff register partner clients and look after their credentials."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response, status

from tongbao.core.identity.domain.clients import ClientStatus
from tongbao.core.identity.schemas.clients import (
    ClientChange,
    ClientKeyOut,
    ClientOut,
    IssuedSecretOut,
    NewClient,
    NewKey,
    NewSecret,
    RegisteredClientOut,
)
from tongbao.core.identity.service import clients
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

MANAGE = Depends(require("identity:manage_clients"))

api = router(prefix="/api/v1/identity/clients", tags=["identity"])

Kid = Annotated[str, Path(max_length=64)]


@api.post(
    "",
    summary="Register a partner client",
    status_code=status.HTTP_201_CREATED,
    dependencies=[MANAGE, NO_IDEMPOTENCY_KEY],
)
async def register_client(
    body: NewClient, tx: WriteTx, at: Instant, response: Response
) -> RegisteredClientOut:
    """Register a system that calls the API under its own name, for one party or for none.

    Without public keys it gets a secret, shown this once. Problems: `identity.scopes_unsuitable`,
    `identity.networks_malformed`, `identity.key_unsuitable`, `identity.key_taken`,
    `identity.unknown_parties`, `parties.name_malformed`.
    """
    client, secret = await clients.register_client(
        tx,
        name=body.name,
        party_id=body.party_id,
        scopes=body.scopes,
        networks=body.networks,
        keys=body.keys,
        at=at,
    )
    response.headers["Location"] = f"{api.prefix}/{client.id}"
    return RegisteredClientOut(client=ClientOut.of(client), secret=secret)


@api.get("", summary="Partner clients, the latest registered first", dependencies=[MANAGE])
async def list_clients(
    tx: ReadTx, at: Instant, after: PageAfter = None, limit: PageLimit = PAGE_LIMIT_DEFAULT
) -> Page[ClientOut]:
    """Return every client. Problems: `page.bad_cursor`."""
    page = await clients.list_clients(tx, after=after, limit=limit, at=at)
    return Page(items=[ClientOut.of(client) for client in page.items], next=page.next)


@api.get("/{client_id}", summary="One partner client", dependencies=[MANAGE])
async def read_client(client_id: UUID, tx: ReadTx, at: Instant) -> ClientOut:
    """Return a client, its keys and when its secrets end. Problems: `identity.unknown_client`."""
    return ClientOut.of(await clients.get_client(tx, client_id, at=at))


@api.put("/{client_id}", summary="Change or disable a partner client", dependencies=[MANAGE])
async def change_client(
    client_id: UUID, body: ClientChange, tx: WriteTx, at: Instant, actor: CurrentActor
) -> ClientOut:
    """Set status, scopes and networks; tokens obey with the next request.

    Disabling revokes them for good. Problems: `identity.unknown_client`,
    `identity.scopes_unsuitable`, `identity.networks_malformed`.
    """
    changed = await clients.change_client(
        tx,
        client_id=client_id,
        status=ClientStatus(body.status),
        scopes=body.scopes,
        networks=body.networks,
        by=actor.id,
        at=at,
    )
    return ClientOut.of(changed)


@api.post(
    "/{client_id}/secrets",
    summary="Give a client its next secret",
    status_code=status.HTTP_201_CREATED,
    dependencies=[MANAGE, NO_IDEMPOTENCY_KEY],
)
async def add_secret(
    client_id: UUID, body: NewSecret, tx: WriteTx, at: Instant, actor: CurrentActor
) -> IssuedSecretOut:
    """Make a secret, shown this once; the one before stays good for the overlap and then ends.

    Problems: `identity.unknown_client`, `identity.too_many_keys` while two are good.
    """
    secret, plain = await clients.add_secret(
        tx,
        client_id=client_id,
        overlap=timedelta(hours=body.overlap_hours),
        by=actor.id,
        at=at,
    )
    return IssuedSecretOut(id=secret.id, secret=plain, expires_at=secret.expires_at)


@api.delete(
    "/{client_id}/secrets/{secret_id}",
    summary="End a secret at once",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[MANAGE],
)
async def end_secret(
    client_id: UUID, secret_id: UUID, tx: WriteTx, at: Instant, actor: CurrentActor
) -> None:
    """End a secret; tokens it has brought live on, at most ten minutes.

    Problems: `identity.unknown_key`.
    """
    await clients.end_secret(tx, client_id=client_id, secret_id=secret_id, by=actor.id, at=at)


@api.post(
    "/{client_id}/keys",
    summary="Add a public key",
    status_code=status.HTTP_201_CREATED,
    dependencies=[MANAGE],
)
async def add_key(
    client_id: UUID, body: NewKey, tx: WriteTx, at: Instant, actor: CurrentActor
) -> ClientKeyOut:
    """Register a public key for private_key_jwt; it is given here and never fetched.

    Problems: `identity.unknown_client`, `identity.key_unsuitable`, `identity.key_taken`,
    `identity.too_many_keys`.
    """
    key = await clients.add_key(tx, client_id=client_id, key=body.jwk, by=actor.id, at=at)
    return ClientKeyOut.of(key)


@api.delete(
    "/{client_id}/keys/{kid}",
    summary="Remove a public key",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[MANAGE],
)
async def remove_key(
    client_id: UUID, kid: Kid, tx: WriteTx, at: Instant, actor: CurrentActor
) -> None:
    """Remove a public key; nothing signed with it is accepted any more.

    Problems: `identity.unknown_key`.
    """
    await clients.remove_key(tx, client_id=client_id, kid=kid, by=actor.id, at=at)
