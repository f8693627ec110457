"""`/api/v1/webhooks`: clients say where they want to be told of what, and see what came of it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, status

from tongbao.infra.auth import Actor, CurrentActor, require
from tongbao.infra.web import (
    NO_IDEMPOTENCY_KEY,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.infra.webhooks import deliveries, endpoints
from tongbao.infra.webhooks.configuration import configuration
from tongbao.infra.webhooks.nouns import DeliveryStatus, EndpointStatus
from tongbao.infra.webhooks.schemas import (
    AttemptOut,
    CreatedEndpointOut,
    DeliveryDetailOut,
    DeliveryOut,
    DeliveryStatusWord,
    EndpointChange,
    EndpointOut,
    EndpointsOut,
    EventTypeOut,
    EventTypesOut,
    NewEndpoint,
    NewEndpointSecret,
    NewPeriodReplay,
    PeriodReplayOut,
    SecretOut,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

MANAGE = Depends(require("webhooks:manage"))
ANY = "webhooks:manage_any"

api = router(prefix="/api/v1/webhooks", tags=["webhooks"])


def _owner(actor: Actor) -> UUID | None:
    """Return whose endpoints the actor reaches; None for everybody's."""
    return None if actor.may(ANY) else actor.id


@api.get("/event-types", summary="Events to be told of", dependencies=[MANAGE])
async def list_event_types(_tx: ReadTx, language: RequestLanguage) -> EventTypesOut:
    """Return every type of event an endpoint may subscribe to."""
    return EventTypesOut(
        items=[
            EventTypeOut(
                type=each.event.type, title=each.title.say(language), version=each.event.version
            )
            for each in configuration().published
        ]
    )


@api.post(
    "/endpoints",
    summary="Make an endpoint",
    status_code=status.HTTP_201_CREATED,
    dependencies=[MANAGE, NO_IDEMPOTENCY_KEY],
)
async def create_endpoint(
    body: NewEndpoint, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> CreatedEndpointOut:
    """Say where to be told of which events; the signing secret is shown this once.

    A client is told of what concerns the party it acts for, or with the matching `…:read_any` of
    everything. Problems: `webhooks.url_unsuitable`, `webhooks.unknown_event_type`,
    `webhooks.clients_only`, `webhooks.too_many_endpoints`.
    """
    endpoint, secret = await endpoints.create_endpoint(
        tx,
        owner=actor,
        url=body.url,
        types=body.types,
        description=body.description,
        at=at,
    )
    response.headers["Location"] = f"{api.prefix}/endpoints/{endpoint.id}"
    return CreatedEndpointOut(endpoint=EndpointOut.of(endpoint), secret=secret)


@api.get("/endpoints", summary="Endpoints of a client", dependencies=[MANAGE])
async def list_endpoints(
    tx: ReadTx,
    actor: CurrentActor,
    client_id: Annotated[
        UUID | None, Query(description="Staff: whose; left out: one's own")
    ] = None,
) -> EndpointsOut:
    """Return the caller's endpoints; staff with `webhooks:manage_any` name a client."""
    owner_id = (client_id if actor.may(ANY) else None) or actor.id
    found = await endpoints.list_endpoints(tx, owner_id=owner_id)
    return EndpointsOut(items=[EndpointOut.of(each) for each in found])


@api.get("/endpoints/{endpoint_id}", summary="One endpoint", dependencies=[MANAGE])
async def read_endpoint(endpoint_id: UUID, tx: ReadTx, actor: CurrentActor) -> EndpointOut:
    """Return an endpoint. Problems: `webhooks.unknown_endpoint`."""
    found = await endpoints.get_endpoint(tx, endpoint_id, owner_id=_owner(actor))
    return EndpointOut.of(found)


@api.put("/endpoints/{endpoint_id}", summary="Change an endpoint", dependencies=[MANAGE])
async def change_endpoint(
    endpoint_id: UUID, body: EndpointChange, tx: WriteTx, actor: CurrentActor
) -> EndpointOut:
    """Set address, types and status; `active` also brings a disabled endpoint back.

    Problems: `webhooks.unknown_endpoint`, `webhooks.url_unsuitable`,
    `webhooks.unknown_event_type`.
    """
    changed = await endpoints.change_endpoint(
        tx,
        endpoint_id,
        owner_id=_owner(actor),
        url=body.url,
        types=body.types,
        description=body.description,
        status=EndpointStatus(body.status),
    )
    return EndpointOut.of(changed)


@api.delete(
    "/endpoints/{endpoint_id}",
    summary="Remove an endpoint",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[MANAGE],
)
async def delete_endpoint(endpoint_id: UUID, tx: WriteTx, actor: CurrentActor) -> None:
    """Remove an endpoint, its secrets and its log. Problems: `webhooks.unknown_endpoint`."""
    await endpoints.delete_endpoint(tx, endpoint_id, owner_id=_owner(actor))


@api.post(
    "/endpoints/{endpoint_id}/secrets",
    summary="Give an endpoint its next secret",
    status_code=status.HTTP_201_CREATED,
    dependencies=[MANAGE, NO_IDEMPOTENCY_KEY],
)
async def rotate_secret(
    endpoint_id: UUID, body: NewEndpointSecret, tx: WriteTx, actor: CurrentActor, at: Instant
) -> SecretOut:
    """Make a secret, shown this once; messages carry both signatures for the overlap.

    Problems: `webhooks.unknown_endpoint`, `webhooks.too_many_secrets` while two are good.
    """
    secret = await endpoints.rotate_secret(
        tx,
        endpoint_id,
        owner_id=_owner(actor),
        overlap=timedelta(hours=body.overlap_hours),
        at=at,
    )
    return SecretOut(secret=secret)


@api.post(
    "/endpoints/{endpoint_id}/pings",
    summary="Try an endpoint out",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[MANAGE],
)
async def ping(endpoint_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant) -> DeliveryOut:
    """Send a message of type `webhooks.ping`, at once even while the endpoint rests.

    Problems: `webhooks.unknown_endpoint`, `webhooks.endpoint_not_active`.
    """
    sent = await deliveries.ping(tx, endpoint_id, owner_id=_owner(actor), at=at)
    return DeliveryOut.of(sent)


@api.post(
    "/endpoints/{endpoint_id}/replays",
    summary="Send a period again",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[MANAGE],
)
async def send_period_again(
    endpoint_id: UUID, body: NewPeriodReplay, tx: WriteTx, actor: CurrentActor, at: Instant
) -> PeriodReplayOut:
    """Send what happened in [from, until) again, under the same `webhook-id`s.

    Problems: `webhooks.unknown_endpoint`, `webhooks.endpoint_not_active`,
    `webhooks.period_unsuitable`.
    """
    count = await deliveries.send_period_again(
        tx,
        endpoint_id,
        owner_id=_owner(actor),
        begins=body.begins,
        ends=body.ends,
        status=None if body.status is None else DeliveryStatus(body.status),
        at=at,
    )
    return PeriodReplayOut(deliveries=count)


@api.get(
    "/endpoints/{endpoint_id}/deliveries",
    summary="Deliveries to an endpoint",
    dependencies=[MANAGE],
)
async def list_deliveries(
    endpoint_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    status: DeliveryStatusWord | None = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[DeliveryOut]:
    """Return what was sent or is to be sent, the latest first; kept for thirty days.

    Problems: `webhooks.unknown_endpoint`, `page.bad_cursor`.
    """
    page = await deliveries.list_deliveries(
        tx,
        endpoint_id=endpoint_id,
        owner_id=_owner(actor),
        status=None if status is None else DeliveryStatus(status),
        after=after,
        limit=limit,
    )
    return Page(items=[DeliveryOut.of(each) for each in page.items], next=page.next)


@api.get("/deliveries/{delivery_id}", summary="One delivery", dependencies=[MANAGE])
async def read_delivery(delivery_id: UUID, tx: ReadTx, actor: CurrentActor) -> DeliveryDetailOut:
    """Return a delivery, what is sent, and its attempts, the latest first.

    Problems: `webhooks.unknown_delivery`.
    """
    delivery, body, attempts = await deliveries.get_delivery(
        tx, delivery_id, owner_id=_owner(actor)
    )
    return DeliveryDetailOut(
        delivery=DeliveryOut.of(delivery),
        body=body,
        attempts=[AttemptOut.of(each) for each in attempts],
    )


@api.post(
    "/deliveries/{delivery_id}/replays",
    summary="Send a delivery again",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[MANAGE],
)
async def send_again(
    delivery_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> DeliveryOut:
    """Send a delivery once more, whatever came of it, under the same `webhook-id`.

    Problems: `webhooks.unknown_delivery`, `webhooks.endpoint_not_active`.
    """
    sent = await deliveries.send_again(tx, delivery_id, owner_id=_owner(actor), at=at)
    return DeliveryOut.of(sent)
