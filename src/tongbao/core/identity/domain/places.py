"""Where log-ins come from, coarsely, and whether somebody can have travelled there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tongbao.core.identity.domain.security import SecurityKind

EARTH_RADIUS_KM: Final = 6_371
SPEED_KMH_MAX: Final = 1_000  # an airliner
NEAR_KM_MAX: Final = 200  # places of addresses are off by as much
PER_DEGREE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A town; latitude and longitude in ten-thousandths of a degree."""

    country: str
    city: str
    latitude_e4: int
    longitude_e4: int

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.city}, {self.country}"


@dataclass(frozen=True, slots=True)
class Located:
    """A log-in, and where it came from."""

    place: str
    latitude_e4: int
    longitude_e4: int
    at: datetime


def distance_km(one: Located, other: Located) -> int:
    """Return the distance along the earth's surface (haversine formula), in whole kilometres."""
    a, b = (math.radians(each.latitude_e4 / PER_DEGREE) for each in (one, other))
    difference = math.radians((one.longitude_e4 - other.longitude_e4) / PER_DEGREE)
    half = math.sin((a - b) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(difference / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1, half))))


def is_impossible(before: Located, now: Located) -> bool:
    """Tell whether nobody gets from one log-in to the other in the time between."""
    distance = distance_km(before, now)
    if distance <= NEAR_KM_MAX:
        return False
    hours = abs(now.at - before.at) / timedelta(hours=1)
    return distance > SPEED_KMH_MAX * hours


def judge(now: Located, before: Sequence[Located]) -> SecurityKind | None:
    """Return what is remarkable about where a log-in comes from, given those before it.

    `before` is the latest first. The first place of all is nothing remarkable.
    """
    if not before:
        return None
    if is_impossible(before[0], now):
        return SecurityKind.IMPOSSIBLE_TRAVEL
    if all(each.place != now.place for each in before):
        return SecurityKind.NEW_PLACE
    return None
