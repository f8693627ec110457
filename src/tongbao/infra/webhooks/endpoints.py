"""Endpoints and their secrets: what their owners do with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra import crypto
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.webhooks import signing
from tongbao.infra.webhooks.configuration import configuration
from tongbao.infra.webhooks.errors import (
    ClientsOnly,
    TooManyEndpoints,
    TooManySecrets,
    UnknownEndpoint,
    UnknownEventType,
)
from tongbao.infra.webhooks.models import EndpointRow, SecretRow
from tongbao.infra.webhooks.nouns import (
    ENDPOINTS_MAX,
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    SECRETS_MAX,
    Endpoint,
    EndpointStatus,
)
from tongbao.infra.webhooks.urls import clean_url
from tongbao.kernel.ids import new_id

FIELD: Final = "infra_webhooks_secret.sealed"


async def create_endpoint(
    tx: WriteSession,
    *,
    owner: Actor,
    url: str,
    types: Sequence[str],
    description: str = "",
    at: datetime,
) -> tuple[Endpoint, str]:
    """Make an endpoint of a client and return it with its secret, which is shown this once.

    Raises `ClientsOnly`, `UrlUnsuitable`, `UnknownEventType`, `TooManyEndpoints`.
    """
    if owner.kind != "service" or owner.id not in await configuration().owners(tx, [owner.id]):
        raise ClientsOnly
    clean = clean_url(url, to_loopback=configuration().outbound.to_loopback)
    chosen = clean_types(types)
    # Two at once would both count one too few.
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(owner.id), 7))))
    count = select(func.count()).where(EndpointRow.owner_id == owner.id)
    if (await tx.scalar(count) or 0) >= ENDPOINTS_MAX:
        raise TooManyEndpoints
    endpoint_id = new_id()
    await tx.execute(
        insert(EndpointRow).values(
            id=endpoint_id,
            owner_id=owner.id,
            url=clean,
            types=chosen,
            description=description,
            status=EndpointStatus.ACTIVE.value,
            created_at=at,
        )
    )
    secret = await _store_secret(tx, endpoint_id, at=at)
    return await get_endpoint(tx, endpoint_id, owner_id=owner.id), secret


def clean_types(types: Sequence[str]) -> list[str]:
    """Return the types to subscribe, each once. Raises `UnknownEventType`."""
    for each in types:
        if configuration().of_type(each) is None:
            raise UnknownEventType(event_type=each)
    return sorted(set(types))


async def get_endpoint(tx: ReadSession, endpoint_id: UUID, *, owner_id: UUID | None) -> Endpoint:
    """Return an endpoint, only one of `owner_id` unless it is None. Raises `UnknownEndpoint`."""
    row = await tx.get(EndpointRow, endpoint_id, populate_existing=True)
    if row is None or owner_id not in {None, row.owner_id}:
        raise UnknownEndpoint
    return endpoint_of(row)


async def list_endpoints(tx: ReadSession, *, owner_id: UUID) -> list[Endpoint]:
    """Return the endpoints of one client, the latest first; there are few."""
    rows = await tx.scalars(
        select(EndpointRow)
        .where(EndpointRow.owner_id == owner_id)
        .order_by(EndpointRow.id.desc())
        .limit(ENDPOINTS_MAX)
    )
    return [endpoint_of(row) for row in rows]


async def change_endpoint(
    tx: WriteSession,
    endpoint_id: UUID,
    *,
    owner_id: UUID | None,
    url: str,
    types: Sequence[str],
    description: str,
    status: EndpointStatus,
) -> Endpoint:
    """Change an endpoint; activating it forgets that it was failing. Its owner cannot disable it.

    Raises `UnknownEndpoint`, `UrlUnsuitable`, `UnknownEventType`.
    """
    assert status is not EndpointStatus.DISABLED, "that is what failing leads to"
    await get_endpoint(tx, endpoint_id, owner_id=owner_id)
    await tx.execute(
        update(EndpointRow)
        .where(EndpointRow.id == endpoint_id)
        .values(
            url=clean_url(url, to_loopback=configuration().outbound.to_loopback),
            types=clean_types(types),
            description=description,
            status=status.value,
            failures=0,
            failing_since=None,
            rests_until=None,
        )
    )
    return await get_endpoint(tx, endpoint_id, owner_id=owner_id)


async def delete_endpoint(tx: WriteSession, endpoint_id: UUID, *, owner_id: UUID | None) -> None:
    """Remove an endpoint with its secrets and its log. Raises `UnknownEndpoint`."""
    await get_endpoint(tx, endpoint_id, owner_id=owner_id)
    await tx.execute(delete(EndpointRow).where(EndpointRow.id == endpoint_id))


async def rotate_secret(
    tx: WriteSession,
    endpoint_id: UUID,
    *,
    owner_id: UUID | None,
    overlap: timedelta = OVERLAP_DEFAULT,
    at: datetime,
) -> str:
    """Give an endpoint its next secret; messages carry both signatures for `overlap`.

    Raises `UnknownEndpoint`, and `TooManySecrets` while two are good.
    """
    assert timedelta(0) <= overlap <= OVERLAP_MAX, "the edge has checked it"
    locked = select(EndpointRow.owner_id).where(EndpointRow.id == endpoint_id).with_for_update()
    found = await tx.scalar(locked)
    if found is None or owner_id not in {None, found}:
        raise UnknownEndpoint
    good = select(func.count()).where(SecretRow.endpoint_id == endpoint_id, _good(at))
    if (await tx.scalar(good) or 0) >= SECRETS_MAX:
        raise TooManySecrets
    await tx.execute(
        update(SecretRow)
        .where(SecretRow.endpoint_id == endpoint_id, SecretRow.expires_at.is_(None))
        .values(expires_at=at + overlap)
    )
    return await _store_secret(tx, endpoint_id, at=at)


async def good_secrets(tx: ReadSession, endpoint_id: UUID, *, at: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    rows = await tx.execute(
        select(SecretRow.id, SecretRow.sealed)
        .where(SecretRow.endpoint_id == endpoint_id, _good(at))
        .order_by(SecretRow.id.desc())
    )
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    return [box.open(row.sealed, field=FIELD, row=row.id) for row in rows]


def endpoint_of(row: EndpointRow) -> Endpoint:
    """Return the endpoint a row stands for."""
    return Endpoint(
        id=row.id,
        owner_id=row.owner_id,
        url=row.url,
        types=tuple(row.types),
        description=row.description,
        status=EndpointStatus(row.status),
        created_at=row.created_at,
        failing_since=row.failing_since,
    )


def _good(at: datetime):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQLAlchemy's own
    return or_(SecretRow.expires_at.is_(None), SecretRow.expires_at > at)


async def _store_secret(tx: WriteSession, endpoint_id: UUID, *, at: datetime) -> str:
    secret, secret_id = signing.new_secret(), new_id()
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    sealed = box.seal(secret, field=FIELD, row=secret_id)
    await tx.execute(
        insert(SecretRow).values(
            id=secret_id, endpoint_id=endpoint_id, sealed=sealed, created_at=at
        )
    )
    return secret
