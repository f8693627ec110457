"""The place look-up: where on earth an IP address is, coarsely.

A few made-up networks of the ranges reserved for documentation (RFC 5737, RFC 3849); this machine
and its own network are in Shanghai. Other addresses are nowhere, as with real look-ups.
"""

from ipaddress import ip_address, ip_network

from fastapi import APIRouter
from pydantic import BaseModel

from tongbao_sandbox import problems

NOWHERE = problems.Problem("places.unknown_address", 404, "没有此地址的位置", "No place is known")


class Place(BaseModel):
    """A coarse place; degrees with two decimals."""

    country: str
    city: str
    latitude: float
    longitude: float


SHANGHAI = Place(country="CN", city="Shanghai", latitude=31.23, longitude=121.47)
PLACES = (
    ("192.0.2.0/25", SHANGHAI),
    ("192.0.2.128/25", Place(country="CN", city="Suzhou", latitude=31.30, longitude=120.58)),
    ("198.51.100.0/25", Place(country="CN", city="Beijing", latitude=39.90, longitude=116.41)),
    ("198.51.100.128/25", Place(country="GB", city="London", latitude=51.51, longitude=-0.13)),
    ("203.0.113.0/25", Place(country="US", city="New York", latitude=40.71, longitude=-74.01)),
    ("203.0.113.128/25", Place(country="SG", city="Singapore", latitude=1.35, longitude=103.82)),
    ("2001:db8::/48", SHANGHAI),
    ("127.0.0.0/8", SHANGHAI),
    ("10.0.0.0/8", SHANGHAI),
    ("172.16.0.0/12", SHANGHAI),
    ("192.168.0.0/16", SHANGHAI),
    ("::1/128", SHANGHAI),
)
_NETWORKS = tuple((ip_network(network), place) for network, place in PLACES)

router = APIRouter(tags=["places"])


@router.get("/places/v1/addresses/{address}")
async def locate(address: str) -> Place:
    """Return where an address is."""
    try:
        wanted = ip_address(address)
    except ValueError:
        raise problems.Refused(NOWHERE) from None
    for network, place in _NETWORKS:
        if wanted.version == network.version and wanted in network:
            return place
    raise problems.Refused(NOWHERE)
