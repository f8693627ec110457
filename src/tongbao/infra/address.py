"""Whose address a request comes from: the connection's, or what a trusted proxy says of it.

`X-Forwarded-For` is a list that everybody on the way appends to and anybody may begin. Only what
our own proxies appended can be believed: read from the right, their addresses are passed over, and
the first one that is not theirs is the caller. Without trusted proxies the header is not looked at.
`Forwarded` (RFC 7239) and `X-Real-IP` never are.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOPS_MAX: Final = 20
HEADER_LENGTH_MAX: Final = 2_000
NETWORKS_MAX: Final = 50
ADDRESS_LENGTH_MAX: Final = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
KNOWN_MAX: Final = 10_000  # addresses read before; a caller has more than one question
IPV6_PREFIX: Final = 64  # what one household or server gets; single addresses are free there
NOWHERE: Final = "unknown"  # a Unix socket, or a server that does not say


def networks(text: str) -> tuple[Network, ...]:
    """Return networks, by commas: `10.0.0.0/8, 2001:db8::1`; raises `ValueError`."""
    found = tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
    if len(found) > NETWORKS_MAX:
        msg = f"at most {NETWORKS_MAX} networks"
        raise ValueError(msg)
    return found


def parse_address(text: str) -> Address | None:
    """Return the address that `text` is, an IPv4 one out of its IPv6 wrapping; None if none."""
    return _parse(text) if len(text) <= ADDRESS_LENGTH_MAX else None


@lru_cache(maxsize=KNOWN_MAX)
def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address


def within(address: Address | None, among: Sequence[Network]) -> bool:
    """Tell whether `address` lies in one of the networks."""
    return address is not None and any(
        address.version == network.version and address in network for network in among
    )


def resolve_address(scope: Mapping[str, Any], trusted: Sequence[Network]) -> str:
    """Return the caller's address as text, `NOWHERE` when nobody knows it.

    A hop that is no address ends the walk: whoever wrote it is not one of ours, and what stands
    further left is theirs too.
    """
    client = scope.get("client")
    current = parse_address(client[0]) if client else None
    if current is None:
        return NOWHERE
    if not within(current, trusted):
        return _text(current)
    sent = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    line = b",".join(sent)[-HEADER_LENGTH_MAX:].decode("latin-1")
    for hop in reversed(line.split(",")[-HOPS_MAX:]):
        address = parse_address(hop.strip())
        if address is None:
            break
        current = address
        if not within(current, trusted):
            break
    return str(current)


@lru_cache(maxsize=KNOWN_MAX)
def _text(address: Address) -> str:
    return str(address)


def client_address(scope: Mapping[str, Any]) -> str:
    """Return the caller's address that the edge found for this request."""
    found: str = scope.get("state", {}).get("client_address", NOWHERE)
    return found


@lru_cache(maxsize=KNOWN_MAX)
def address_group(text: str) -> str:
    """Return what limits count by: an IPv4 address itself, of an IPv6 one its network."""
    address = parse_address(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return text
