"""Devices: the browsers a user has logged in from."""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

DeviceId = NewType("DeviceId", UUID)

DEVICE_COOKIE_LIFETIME: Final = timedelta(days=365)
DEVICES_PER_USER_MAX: Final = 50
USER_AGENT_LENGTH_MAX: Final = 300
FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
UNKNOWN_ADDRESS: Final = "unknown"

_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS: Final = (
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a request tells of the device it comes from.

    `cookie` is the signed cookie of an earlier log-in, `fingerprint` a SHA-256 in hexadecimal that
    the page has made of the browser's traits; both are the client's word.
    """

    cookie: str | None
    fingerprint: str | None
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device as its owner sees it; `known`: a log-in there was confirmed by all factors."""

    id: DeviceId
    name: str
    known: bool
    address: str
    place: str | None
    first_seen_at: datetime
    last_seen_at: datetime


class UnknownDevice(TongbaoError):
    """There is no such device among one's own."""

    code = "identity.unknown_device"
    kind = Kind.NOT_FOUND
    title = Text(zh="设备不存在", en="Unknown device")
    detail = Text(zh="没有编号为 {device_id} 的设备", en="There is no device {device_id}")


def clean_user_agent(text: str) -> str:
    """Return what a browser says of itself, printable ASCII only and of bounded length."""
    kept = "".join(each if each.isascii() and each.isprintable() else "?" for each in text)
    return kept[:USER_AGENT_LENGTH_MAX]


def clean_address(text: str) -> str:
    """Return an IP address in its one spelling, `unknown` for anything else."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN_ADDRESS
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address)))  # no zone
    return str(address)


def network_of(address: str) -> str:
    """Return what one caller holds: the address itself, of IPv6 the first 64 bits."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))


def clean_fingerprint(text: str | None) -> str | None:
    """Return a fingerprint, None for anything that is none."""
    return text if text is not None and FINGERPRINT.fullmatch(text) else None


def device_name(user_agent: str) -> str:
    """Return how a person would call the device: `Chrome · Windows`."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or user_agent[:40] or "?"
