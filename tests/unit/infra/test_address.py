"""Whose address it is: what trusted proxies say is believed, what anybody writes is not."""

from ipaddress import ip_address

import pytest

from tongbao.infra.address import address_group, networks, parse_address, resolve_address

PROXIES = networks("10.0.0.0/8, 2001:db8:ffff::/48")
CALLER = "203.0.113.7"


def resolve(peer: str | None, *forwarded: str, trusted: str = "") -> str:
    scope = {
        "client": None if peer is None else (peer, 1),
        "headers": [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded],
    }
    return resolve_address(scope, networks(trusted) if trusted else PROXIES)


def test_without_a_proxy_the_header_is_not_looked_at() -> None:
    assert resolve(CALLER, "198.51.100.1") == CALLER
    assert resolve(CALLER, "10.0.0.1") == CALLER
    assert resolve("127.0.0.1", "198.51.100.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ([CALLER], CALLER),
        ([f"198.51.100.1, {CALLER}"], CALLER),  # the first was written by the caller
        ([f"198.51.100.1, {CALLER}, 10.0.0.9"], CALLER),  # two of our proxies
        (["198.51.100.1", CALLER], CALLER),  # two headers are one list
        ([f"127.0.0.1, {CALLER}"], CALLER),
        ([f"10.1.1.1, {CALLER}"], CALLER),
        ([f"  {CALLER}  "], CALLER),
        ([f"::ffff:{CALLER}"], CALLER),
        (["2001:db8::7"], "2001:db8::7"),
        (["2001:db8::7, 2001:db8:ffff::1"], "2001:db8::7"),
        ([], "10.0.0.1"),
        ([""], "10.0.0.1"),
        (["unknown"], "10.0.0.1"),
        ([f"{CALLER}, garbage"], "10.0.0.1"),  # left of what is no address nobody is believed
        ([f"{CALLER}, garbage, 10.0.0.2"], "10.0.0.2"),
        ([f"{CALLER}:443"], "10.0.0.1"),
        (["fe80::1%eth0"], "10.0.0.1"),
        (["\xe9\x00"], "10.0.0.1"),
        (["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ([", ".join(["198.51.100.1"] * 5_000 + [CALLER])], CALLER),
    ],
)
def test_behind_our_proxies(forwarded: list[str], expected: str) -> None:
    assert resolve("10.0.0.1", *forwarded) == expected


def test_a_proxy_that_is_spelled_as_ipv6() -> None:
    assert resolve("::ffff:10.0.0.1", CALLER) == CALLER


def test_nobody_knows() -> None:
    assert resolve(None, CALLER) == "unknown"
    assert resolve("", CALLER) == "unknown"


def test_limits_count_a_network_of_ipv6() -> None:
    assert address_group("2001:db8:1:2:3:4:5:6") == address_group("2001:db8:1:2::9")
    assert address_group("2001:db8:1:2::9") != address_group("2001:db8:1:3::9")
    assert address_group(CALLER) == CALLER
    assert address_group("unknown") == "unknown"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "x", "10.0.0.0/33", ",".join(["10.0.0.0/8"] * 51)])
def test_networks_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        networks(text)


def test_an_address_is_one_however_it_is_wrapped() -> None:
    assert parse_address("::ffff:192.0.2.1") == ip_address("192.0.2.1")
    assert parse_address("0177.0.0.1") is None
    assert parse_address("192.0.2.1 ") is None
