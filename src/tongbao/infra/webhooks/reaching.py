"""Reaching a receiver on the internet, and nothing that is not the internet.

The name is resolved once, every address it has is checked, and the connection goes to one of the
addresses that were checked: there is no second look-up that could say something else (DNS
rebinding). TLS still asks for the certificate of the name. Redirects are not followed, a proxy of
the environment is not used, and answer and time are bounded.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

import httpcore2

from tongbao.infra.webhooks.nouns import ANSWER_LENGTH_MAX, Outcome

TOTAL_SECONDS_MAX: Final = 15.0
CONNECT_SECONDS_MAX: Final = 5.0
RESOLVE_SECONDS_MAX: Final = 5.0
ANSWER_BYTES_MAX: Final = 4_000
ADDRESSES_MAX: Final = 20
OK_FROM, REDIRECT_FROM, ERROR_FROM, GONE = 200, 300, 400, 410

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Iterable[str]]]

# Public by their number, yet not somebody on the internet: a cloud's own service, and wrappings
# of IPv4 addresses into IPv6 ones (NAT64, 6to4, Teredo, IPv4-compatible) that lead who knows where.
_NEVER: Final = tuple(
    ip_network(text)
    for text in (
        "168.63.129.16/32",  # Azure's virtual host
        "192.0.0.0/24",  # protocol assignments; a metadata service of another cloud
        "192.88.99.0/24",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)
_GLOBAL_UNICAST: Final = ip_network("2000::/3")


class AddressForbidden(Exception):
    """A name leads to an address that is not public."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt."""

    outcome: Outcome
    status_code: int | None
    latency_ms: int
    text: str


def is_public(address: Address) -> bool:
    """Tell whether an address is somebody's on the internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.scope_id is not None or address not in _GLOBAL_UNICAST:
            return False
    if any(address.version == each.version and address in each for each in _NEVER):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name, by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that were checked; everything else is httpcore's own."""

    def __init__(self, *, resolve: Resolve = look_up, to_loopback: bool = False) -> None:
        self._resolve = resolve
        self._to_loopback = to_loopback
        self._network: httpcore2.AsyncNetworkBackend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's name
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, connect to what was checked. Raises `AddressForbidden`."""
        async with asyncio.timeout(RESOLVE_SECONDS_MAX):
            addresses = [ip_address(each) for each in await self._resolve(host, port)]
        if not addresses:
            msg = "no address"
            raise httpcore2.ConnectError(msg)
        # One that is not public spoils the lot: such an answer is no accident.
        if not all(self._may_reach(each) for each in addresses[:ADDRESSES_MAX]):
            raise AddressForbidden
        return await self._network.connect_tcp(
            str(addresses[0]), port, timeout, local_address, socket_options
        )

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:  # noqa: ANN401
        """Raise: a receiver is never a socket of this machine."""
        raise AddressForbidden

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def _may_reach(self, address: Address) -> bool:
        return is_public(address) or (self._to_loopback and address.is_loopback)


@dataclass(frozen=True, slots=True)
class Outbound:
    """How attempts leave this process."""

    to_loopback: bool = False
    resolve: Resolve = look_up
    total_seconds_max: float = TOTAL_SECONDS_MAX
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request and return what came of it; it raises nothing a receiver can cause."""
        began = time.perf_counter()
        status: int | None = None
        text = ""
        try:
            async with asyncio.timeout(self.total_seconds_max):
                status, text = await self._exchange(url, headers, body)
            outcome = outcome_of(status)
        except AddressForbidden:
            outcome = Outcome.FORBIDDEN
        except (TimeoutError, httpcore2.TimeoutException):
            outcome = Outcome.TIMED_OUT
        except (
            OSError,
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.UnsupportedProtocol,
            ValueError,  # a name that cannot be encoded, an address that is none
        ) as error:
            outcome, text = Outcome.UNREACHABLE, type(error).__name__
        latency_ms = round((time.perf_counter() - began) * 1000)
        return Answer(outcome=outcome, status_code=status, latency_ms=latency_ms, text=text)

    async def _exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        backend = CheckedBackend(resolve=self.resolve, to_loopback=self.to_loopback)
        seconds = {"connect": CONNECT_SECONDS_MAX, "read": self.total_seconds_max}
        async with (
            httpcore2.AsyncConnectionPool(
                ssl_context=self.tls, max_connections=1, network_backend=backend
            ) as pool,
            pool.stream(
                "POST",
                url,
                headers=[
                    (name.encode(), value.encode())
                    for name, value in {"Host": _authority(url), **headers}.items()
                ],
                content=body,
                extensions={"timeout": seconds},
            ) as response,
        ):
            answer = bytearray()
            if response.status >= OK_FROM:
                async for chunk in response.aiter_stream():
                    answer += chunk
                    if len(answer) >= ANSWER_BYTES_MAX:
                        break
            return response.status, readable(bytes(answer))


def outcome_of(status: int) -> Outcome:
    """Return what an answer's status means."""
    if OK_FROM <= status < REDIRECT_FROM:
        return Outcome.DELIVERED
    if REDIRECT_FROM <= status < ERROR_FROM:
        return Outcome.REDIRECTED
    return Outcome.GONE if status == GONE else Outcome.REFUSED


def readable(answer: bytes) -> str:
    """Return the beginning of an answer as one line of text that may be kept and shown."""
    text = answer[:ANSWER_BYTES_MAX].decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text)[:ANSWER_LENGTH_MAX]


def _authority(url: str) -> str:
    return url.split("/", 3)[2]
