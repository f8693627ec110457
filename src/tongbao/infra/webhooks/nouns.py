"""Endpoints, messages, deliveries, attempts; how often and when to try."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

ENDPOINTS_MAX: Final = 20
TYPES_MAX: Final = 50
SECRETS_MAX: Final = 2
OVERLAP_MAX: Final = timedelta(days=7)
OVERLAP_DEFAULT: Final = timedelta(days=1)
REPLAY_MAX: Final = 10_000
KEPT: Final = timedelta(days=30)
ANSWER_LENGTH_MAX: Final = 500
PING: Final = "webhooks.ping"

# After each failed attempt, as Standard Webhooks recommends: about three days in all.
PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
ATTEMPTS_MAX: Final = len(PAUSES) + 1

# An endpoint where nothing succeeds is left alone for a growing while, then for good.
REST_FIRST: Final = timedelta(seconds=5)
REST_LONGEST: Final = timedelta(hours=1)
DISABLED_AFTER: Final = timedelta(days=3)


class EndpointStatus(StrEnum):
    """Paused by its owner, or disabled because nothing sent to it arrived for days."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class DeliveryStatus(StrEnum):
    """A pending delivery is sent when it is due; a failed one only when asked for again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Outcome(StrEnum):
    """How one attempt ended."""

    DELIVERED = "delivered"  # an answer 2xx
    REFUSED = "refused"  # any other answer
    REDIRECTED = "redirected"  # an answer 3xx, which is not followed
    GONE = "gone"  # 410: the receiver wants nothing more
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"  # no such name, no connection, no TLS, no HTTP
    FORBIDDEN = "forbidden"  # the name leads to an address that is not public


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one client wants to be told of some types of events."""

    id: UUID
    owner_id: UUID
    url: str
    types: tuple[str, ...]
    description: str
    status: EndpointStatus
    created_at: datetime
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; `answer` is the beginning of what came back."""

    at: datetime
    outcome: Outcome
    status_code: int | None
    latency_ms: int
    answer: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one endpoint."""

    id: UUID
    endpoint_id: UUID
    message_id: str
    type: str
    occurred_at: datetime
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime


def pause_after(attempts: int) -> timedelta | None:
    """Return the pause after so many failed attempts; None when that was the last."""
    assert attempts >= 1, "a pause follows an attempt"
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def rest_after(failures: int) -> timedelta:
    """Return how long an endpoint is left alone after so many rounds without a success."""
    assert failures >= 1, "a rest follows a failure"
    doublings = min(failures - 1, 20)
    return min(REST_FIRST * (1 << doublings), REST_LONGEST)


def webhook_id(message_id: UUID) -> str:
    """Return the id by which receivers recognise a message they have seen."""
    return f"msg_{message_id.hex}"
