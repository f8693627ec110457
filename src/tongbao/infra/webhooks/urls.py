"""Which addresses an endpoint may have, by their text alone.

A host is a name, never a number in disguise: `127.1`, `0x7f.1`, `2130706433`, `017700000001` and
`[::ffff:127.0.0.1]` all mean an address to some reader, and so do digits of other scripts. What a
name leads to is looked at when something is sent (`reaching`), each time anew.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from tongbao.infra.webhooks.errors import UrlUnsuitable

URL_LENGTH_MAX: Final = 2_000
HOST_LENGTH_MAX: Final = 253
PORT_MIN: Final = 1_024  # below live mail, shells and the like; but for 443
HTTPS_PORT: Final = 443

_CHARACTERS: Final = re.compile(r"[A-Za-z0-9._~:/?&=%+,;!$'()*@\[\]#-]+", re.ASCII)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)  # WHATWG URL: "ends in a number"
_LOCAL: Final = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"}
    | {"test", "invalid", "onion"}
)
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def clean_url(text: str, *, to_loopback: bool = False) -> str:
    """Return the address of an endpoint as it is kept. Raises `UrlUnsuitable`.

    `to_loopback` lets this machine through, over plain HTTP too: for development and tests.
    """
    if not 0 < len(text) <= URL_LENGTH_MAX or _CHARACTERS.fullmatch(text) is None:
        raise UrlUnsuitable
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").lower()
    except ValueError as error:
        raise UrlUnsuitable from error
    if "@" in parts.netloc or "#" in text or parts.netloc.endswith(":"):
        raise UrlUnsuitable
    if to_loopback and host in LOOPBACK and parts.scheme in {"http", "https"}:
        return text
    if parts.scheme != "https" or not _is_public_name(host):
        raise UrlUnsuitable
    if port is not None and port != HTTPS_PORT and port < PORT_MIN:
        raise UrlUnsuitable
    return text


def _is_public_name(host: str) -> bool:
    labels = host.split(".")
    return (
        len(host) <= HOST_LENGTH_MAX
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and _NUMERIC.fullmatch(labels[-1]) is None
        and labels[-1] not in _LOCAL
    )
