"""API shapes of webhooks."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tongbao.infra.webhooks.nouns import (
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    TYPES_MAX,
    Attempt,
    Delivery,
    Endpoint,
)
from tongbao.infra.webhooks.urls import URL_LENGTH_MAX

HOUR = timedelta(hours=1)
_ID = "0197c0de-0000-7000-8000-00000000000b"
_AT = "2025-11-21T08:00:00Z"
_URL = "https://erp.example.com/tongbao"

Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=URL_LENGTH_MAX,
        description="https, a public name, port 443 or above 1023",
        examples=[_URL],
    ),
]
Types = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(min_length=1, max_length=TYPES_MAX, examples=[["payments.payment_settled"]]),
]
Description = Annotated[str, Field(max_length=200)]
EndpointStatusWord = Literal["active", "paused", "disabled"]
DeliveryStatusWord = Literal["pending", "delivered", "failed"]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EventTypeOut(_Shape):
    """A type of event to be told of."""

    model_config = ConfigDict(
        title="WebhookEventType",
        extra="forbid",
        json_schema_extra={
            "examples": [{"type": "payments.payment_settled", "title": "付款已入账", "version": 1}]
        },
    )

    type: str
    title: Annotated[str, Field(description="In the language of the answer")]
    version: int


class NewEndpoint(_Shape):
    """An endpoint to be told at."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": _URL, "types": ["payments.payment_settled"], "description": "ERP"}]
        },
    )

    url: Url
    types: Types
    description: Description = ""


class EndpointChange(NewEndpoint):
    """What an endpoint is to be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": _URL, "types": ["payments.payment_settled"], "status": "paused"}]
        },
    )

    status: Literal["active", "paused"]


class EndpointOut(_Shape):
    """An endpoint. A disabled one failed for days, or said 410; set it active when it is well."""

    model_config = ConfigDict(
        title="WebhookEndpoint",
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "owner_id": _ID,
                    "url": _URL,
                    "types": ["payments.payment_settled"],
                    "description": "ERP",
                    "status": "active",
                    "failing_since": None,
                    "created_at": _AT,
                }
            ]
        },
    )

    id: UUID
    owner_id: UUID
    url: str
    types: list[str]
    description: str
    status: EndpointStatusWord
    failing_since: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointOut":
        """Return the shape of an endpoint."""
        return cls(
            id=endpoint.id,
            owner_id=endpoint.owner_id,
            url=endpoint.url,
            types=list(endpoint.types),
            description=endpoint.description,
            status=endpoint.status.value,
            failing_since=endpoint.failing_since,
            created_at=endpoint.created_at,
        )


class EndpointsOut(_Shape):
    """Every endpoint of a client."""

    model_config = ConfigDict(title="WebhookEndpoints", extra="forbid")

    items: list[EndpointOut]


class EventTypesOut(_Shape):
    """Every type of event there is to be told of."""

    model_config = ConfigDict(title="WebhookEventTypes", extra="forbid")

    items: list[EventTypeOut]


class SecretOut(_Shape):
    """A signing secret just made."""

    model_config = ConfigDict(
        title="WebhookSecret",
        extra="forbid",
        json_schema_extra={"examples": [{"secret": "whsec_…"}]},
    )

    secret: Annotated[str, Field(description="Shown this once")]


class CreatedEndpointOut(SecretOut):
    """An endpoint just made, with its secret."""

    model_config = ConfigDict(title="CreatedWebhookEndpoint", extra="forbid")

    endpoint: EndpointOut


class NewEndpointSecret(_Shape):
    """A secret to follow the one in use."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"overlap_hours": 24}]},
    )

    overlap_hours: Annotated[
        int,
        Field(
            ge=0,
            le=OVERLAP_MAX // HOUR,
            description="How long messages carry both signatures",
        ),
    ] = OVERLAP_DEFAULT // HOUR


class NewPeriodReplay(_Shape):
    """A period to send again: what happened in [from, until)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"from": _AT, "until": "2025-11-21T09:00:00Z", "status": "failed"}]
        },
    )

    begins: Annotated[AwareDatetime, Field(alias="from")]
    ends: Annotated[AwareDatetime, Field(alias="until")]
    status: Annotated[DeliveryStatusWord | None, Field(description="Only these")] = None


class PeriodReplayOut(_Shape):
    """How much is sent again."""

    model_config = ConfigDict(
        title="WebhookReplay", extra="forbid", json_schema_extra={"examples": [{"deliveries": 3}]}
    )

    deliveries: int


class DeliveryOut(_Shape):
    """A message on its way to an endpoint."""

    model_config = ConfigDict(title="WebhookDelivery", extra="forbid")

    id: UUID
    endpoint_id: UUID
    webhook_id: Annotated[str, Field(description="The same for every attempt")]
    type: str
    occurred_at: datetime
    status: DeliveryStatusWord
    attempts: Annotated[int, Field(description="Since it was last sent for")]
    next_attempt_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        """Return the shape of a delivery."""
        return cls(
            id=delivery.id,
            endpoint_id=delivery.endpoint_id,
            webhook_id=delivery.message_id,
            type=delivery.type,
            occurred_at=delivery.occurred_at,
            status=delivery.status.value,
            attempts=delivery.attempts,
            next_attempt_at=delivery.next_attempt_at,
            created_at=delivery.created_at,
        )


class AttemptOut(_Shape):
    """One attempt at a delivery."""

    model_config = ConfigDict(title="WebhookAttempt", extra="forbid")

    at: datetime
    outcome: Literal[
        "delivered", "refused", "redirected", "gone", "timed_out", "unreachable", "forbidden"
    ]
    status_code: int | None
    latency_ms: int
    answer: Annotated[str, Field(description="The beginning of what came back")]

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptOut":
        """Return the shape of an attempt."""
        return cls(
            at=attempt.at,
            outcome=attempt.outcome.value,
            status_code=attempt.status_code,
            latency_ms=attempt.latency_ms,
            answer=attempt.answer,
        )


class DeliveryDetailOut(_Shape):
    """A delivery with what is sent and every attempt."""

    model_config = ConfigDict(title="WebhookDeliveryDetail", extra="forbid")

    delivery: DeliveryOut
    body: Annotated[str, Field(description="What is sent, byte for byte")]
    attempts: list[AttemptOut]
