"""Reaching receivers: only public addresses, checked ones only, within bounds."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpcore2
import pytest

from tests.support.certificates import pair
from tests.support.receiver import Receiver, answer, receiving
from tongbao.infra.webhooks import reaching
from tongbao.infra.webhooks.nouns import Outcome
from tongbao.infra.webhooks.reaching import (
    AddressForbidden,
    CheckedBackend,
    Outbound,
    is_public,
    readable,
)

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
def outbound() -> Outbound:
    return Outbound(to_loopback=True, total_seconds_max=2.0)


async def send(outbound: Outbound, url: str) -> reaching.Answer:
    return await outbound.post(url, headers={"Content-Type": "application/json"}, body=b"{}")


@pytest.mark.parametrize(
    "address", [PUBLIC, PUBLIC_6, "1.1.1.1", "2400:cb00::1", f"::ffff:{PUBLIC}"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104 - it is not bound to
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",  # metadata of most clouds
        "169.254.170.2",
        "100.64.0.1",  # carrier-grade NAT
        "100.100.100.200",  # metadata of Alibaba Cloud
        "168.63.129.16",  # Azure
        "192.0.0.192",  # Oracle Cloud
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:0:1::1",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",  # metadata of AWS
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "5f00::1",
        "100::1",
    ],
)
def test_addresses_that_are_not(address: str) -> None:
    assert not is_public(ip_address(address))


class Network(httpcore2.AsyncNetworkBackend):
    """Notes where a connection would have gone."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        self.reached.append(host)
        raise httpcore2.ConnectError

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Names:
    """A name server that says something else each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> Iterable[str]:
        self.asked += 1
        return self.answers.pop(0)


def backend(names: Names) -> tuple[CheckedBackend, Network]:
    made, network = CheckedBackend(resolve=names), Network()
    made._network = network
    return made, network


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:10.0.0.1"],
        [PUBLIC, "127.0.0.1"],  # which of them would be taken is anybody's guess
        ["127.0.0.1", PUBLIC],
        [PUBLIC, PUBLIC_6, "fd00::1"],
    ],
    ids=str,
)
async def test_a_name_that_leads_inside_is_not_followed(addresses: list[str]) -> None:
    checked, network = backend(Names(addresses))
    with pytest.raises(AddressForbidden):
        await checked.connect_tcp("evil.example", 443)
    assert network.reached == []


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """DNS rebinding: a second look-up would say 127.0.0.1, so there must be none."""
    names = Names([PUBLIC], ["127.0.0.1"])
    checked, network = backend(names)
    with pytest.raises(httpcore2.ConnectError):
        await checked.connect_tcp("rebind.example", 443)
    assert network.reached == [PUBLIC]
    assert names.asked == 1
    with pytest.raises(AddressForbidden):
        await checked.connect_tcp("rebind.example", 443)
    assert network.reached == [PUBLIC]


async def test_a_whole_attempt_says_that_it_was_forbidden() -> None:
    outbound = Outbound(resolve=Names(["10.0.0.1"]))
    said = await send(outbound, "https://evil.example/")
    assert (said.outcome, said.status_code, said.text) == (Outcome.FORBIDDEN, None, "")


async def test_loopback_is_reached_by_explicit_setting_only(
    receiver: Receiver, outbound: Outbound
) -> None:
    said = await send(outbound, receiver.url)
    assert (said.outcome, said.status_code) == (Outcome.DELIVERED, 204)
    refused = await send(Outbound(), receiver.url)
    assert refused.outcome is Outcome.FORBIDDEN
    assert receiver.connections == 1


async def test_a_private_address_stays_out_of_reach_with_that_setting_too() -> None:
    checked = CheckedBackend(resolve=Names(["192.168.0.1"]), to_loopback=True)
    with pytest.raises(AddressForbidden):
        await checked.connect_tcp("router.example", 80)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300])
async def test_redirects_are_not_followed(
    receiver: Receiver, outbound: Outbound, status: int
) -> None:
    receiver.otherwise = answer(status, Location=receiver.url + "/elsewhere")
    said = await send(outbound, receiver.url)
    assert (said.outcome, said.status_code) == (Outcome.REDIRECTED, status)
    assert receiver.connections == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED),
        (202, Outcome.DELIVERED),
        (400, Outcome.REFUSED),
        (401, Outcome.REFUSED),
        (410, Outcome.GONE),
        (429, Outcome.REFUSED),
        (500, Outcome.REFUSED),
    ],
)
async def test_what_an_answer_means(
    receiver: Receiver, outbound: Outbound, status: int, outcome: Outcome
) -> None:
    receiver.otherwise = answer(status, b"because\r\n\x00\x1b[31m")
    said = await send(outbound, receiver.url)
    assert (said.outcome, said.status_code) == (outcome, status)
    assert said.text == "because    [31m", "one line, no control characters"


async def test_an_answer_without_end_is_cut_short(receiver: Receiver, outbound: Outbound) -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 1_000_000
    receiver.otherwise = endless
    said = await send(outbound, receiver.url)
    assert said.outcome is Outcome.DELIVERED
    assert said.text == "x" * 500


async def test_a_slow_receiver_and_a_dripping_one_are_given_up(receiver: Receiver) -> None:
    hasty = Outbound(to_loopback=True, total_seconds_max=0.3)
    receiver.seconds = 5
    assert (await send(hasty, receiver.url)).outcome is Outcome.TIMED_OUT
    receiver.seconds, receiver.drip = 0, True
    receiver.otherwise = answer(200, b"z" * 500)
    said = await send(hasty, receiver.url)
    assert said.outcome is Outcome.TIMED_OUT
    assert 250 < said.latency_ms < 5_000


@pytest.mark.parametrize(
    "said", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"\x00" * 99]
)
async def test_what_is_no_http(receiver: Receiver, outbound: Outbound, said: bytes) -> None:
    receiver.otherwise = said
    assert (await send(outbound, receiver.url)).outcome is Outcome.UNREACHABLE


async def test_nobody_there(outbound: Outbound) -> None:
    async with receiving() as gone:
        url = gone.url
    assert (await send(outbound, url)).outcome is Outcome.UNREACHABLE

    async def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    assert (await send(Outbound(resolve=unknown), "https://no.example/")).outcome is (
        Outcome.UNREACHABLE
    )
    nowhere = Outbound(resolve=Names([]))
    assert (await send(nowhere, "https://no.example/")).outcome is Outcome.UNREACHABLE


async def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return [PUBLIC]

    monkeypatch.setattr(reaching, "RESOLVE_SECONDS_MAX", 0.05)
    said = await send(Outbound(resolve=silent), "https://slow.example/")
    assert said.outcome is Outcome.TIMED_OUT


async def test_tls_asks_for_the_certificate_of_the_name(tmp_path: Path, outbound: Outbound) -> None:
    certificate, key = pair(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    served = Receiver()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    trusting = ssl.create_default_context(cafile=certificate)
    try:
        unknown = await send(outbound, f"https://127.0.0.1:{port}/")
        assert unknown.outcome is Outcome.UNREACHABLE, "signed by nobody we know"
        pinned = Outbound(to_loopback=True, resolve=here, tls=trusting)
        assert (await send(pinned, f"https://localhost:{port}/")).outcome is Outcome.DELIVERED
        other = await send(pinned, f"https://erp.example.com:{port}/")
        assert other.outcome is Outcome.UNREACHABLE, "a certificate of another name"
        assert len(served.received) == 1
    finally:
        server.close()


async def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert (await send(outbound, receiver.url)).outcome is Outcome.DELIVERED
        assert proxy.connections == 0


def test_the_beginning_of_an_answer_is_plain_text() -> None:
    assert readable("失败\n".encode() + b"\xff") == "失败 \ufffd"
    assert len(readable(b"x" * 10_000)) == 500
    assert "\u202e" not in readable("\u202eevil".encode())
