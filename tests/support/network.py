"""Tests talk to this machine only."""

import sys
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpcore2

_LOCAL_NAMES = {"localhost", "", None}


class NetworkForbidden(Exception):
    """A test tried to reach another machine. No OSError: code must not take it for an outage."""


def forbid() -> None:
    """Refuse connections and name look-ups that leave this machine, for the rest of the process."""
    sys.addaudithook(_refuse)


def read_authorities_once() -> None:
    """Give all HTTP clients of the process one TLS context, unless they bring their own.

    A client reads the system's list of authorities when it is made, 20 ms of a processor, and
    tests make thousands of clients.
    """
    httpcore2.default_ssl_context = cache(httpcore2.default_ssl_context)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a local socket
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if not _is_local(host):
        msg = f"{event} to {host!r}: tests use this machine only"
        raise NetworkForbidden(msg)


def _is_local(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in _LOCAL_NAMES:
        return True
    try:
        address = ip_address(name or "")
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
