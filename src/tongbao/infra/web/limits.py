"""What is refused before anything reads it: too many bytes, and bytes that are no text."""

from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.types import Message, Receive, Scope

from tongbao.infra.web.errors import BodyTooLarge, MalformedText
from tongbao.infra.web.strict_json import storable

BODY_BYTES_MAX: Final = 1024 * 1024
_REPLACEMENT: Final = "\ufffd"  # what a server puts where bytes of the path were not UTF-8


def _check_path(path: str) -> None:
    if not storable(path) or _REPLACEMENT in path:
        raise MalformedText(part="path")


def _check_query(query: bytes) -> None:
    try:
        text = unquote_to_bytes(query).decode()
    except UnicodeDecodeError as error:
        raise MalformedText(part="query") from error
    if "\x00" in text:
        raise MalformedText(part="query")


def declared_length(scope: Scope) -> int:
    """Return the length a request says its body has; 0 if it says none."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # twenty digits are too many bytes already
    return 0


def check(scope: Scope, bytes_max: int) -> None:
    """Look at all of a request but its body, of which there may be `bytes_max` bytes.

    Raises `MalformedText`, `BodyTooLarge`.
    """
    _check_path(scope["path"])
    if scope["query_string"]:
        _check_query(scope["query_string"])
    if b"\x00" in b"".join([value for _, value in scope["headers"]]):
        raise MalformedText(part="header")
    if declared_length(scope) > bytes_max:
        raise BodyTooLarge(bytes_max=bytes_max)


def counted(receive: Receive, bytes_max: int) -> Receive:
    """Return `receive`, counting the bytes of the body as they come, whatever its header says.

    What it returns raises `BodyTooLarge`.
    """
    received = 0

    async def counting() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > bytes_max:
            raise BodyTooLarge(bytes_max=bytes_max)  # the rest is never asked for
        return message

    return counting
