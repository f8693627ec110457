"""A request's body: read whole and in time before a database connection is taken, then parsed.

A slow sender therefore occupies memory (at most the body limit) but never a connection.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from fastapi import Request
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from tongbao.infra.web import strict_json
from tongbao.infra.web.deadlines import TimeLimit
from tongbao.infra.web.errors import BodyTooSlow, MalformedText, WrongContentType
from tongbao.infra.web.limits import declared_length

BODY_SECONDS_MAX: Final = 30
FILE_SECONDS_MAX: Final = 300
IN_MEMORY_BYTES_MAX: Final = 1024 * 1024
JSON: Final = "application/json"
_JSON_TYPES: Final = {(JSON, ""), (JSON, "charset=utf-8")}
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class BufferedRequest(Request):
    """A request whose body is here and, if it is JSON, strictly parsed."""

    def __init__(self, request: Request, body: bytes) -> None:
        super().__init__(request.scope, request.receive)
        self._body = body
        self._document: object = None
        self._is_json = False

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body."""
        yield self._body
        yield b""

    async def body(self) -> bytes:
        """Return the body."""
        return self._body

    async def json(self) -> object:
        """Return the document `parse_json` made."""
        return self._document

    def parse_json(self) -> None:
        """Parse the body; an empty one stays empty. Raises what `parse_document` raises."""
        if not self._body:
            return
        self._document = parse_document(self._body, self.headers.get("content-type", ""))
        self._is_json = True

    def canonical(self) -> bytes:
        """Return one spelling for equal bodies: of a JSON document that, else the bytes sent."""
        return strict_json.canonical(self._document) if self._is_json else self._body

    async def parse_form(self) -> None:
        """Parse a form; the fields must be storable text.

        Raises `WrongContentType`, `MalformedText`, or the framework's 400 for a broken form.
        """
        if _media_type(self.headers.get("content-type", ""))[0] not in FORMS:
            raise WrongContentType(accepted=" / ".join(FORMS))
        try:
            form: FormData = await self.form()
        except ValueError as error:  # a part in a charset whose reader gives up
            raise MalformedText(part="body") from error
        for name, value in form.multi_items():
            texts = [name, value] if isinstance(value, str) else [name, value.filename or ""]
            # U+FFFD stands where the percent-encoding was not UTF-8.
            if not all(strict_json.storable(text) and "\ufffd" not in text for text in texts):
                await form.close()
                raise MalformedText(part="body")


class SpooledRequest(BufferedRequest):
    """A request whose body is a file: beyond a small size it lies on the disk, not in memory."""

    def __init__(self, request: Request, file: IO[bytes], sha256: bytes) -> None:
        super().__init__(request, b"")
        self.file = file
        self._sha256 = sha256

    def canonical(self) -> bytes:
        """Return the digest of the bytes sent, which stands for them."""
        return self._sha256


async def read_file(request: Request) -> SpooledRequest:
    """Return the request with its body in a temporary file; whoever asked closes the file.

    Raises what `read_bytes` raises.
    """
    file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES_MAX)  # noqa: SIM115 - the caller's to close
    digest = hashlib.sha256()
    try:
        coming = _Coming(request.scope, request.receive)
        async with asyncio.timeout(FILE_SECONDS_MAX):
            while coming.more:
                chunk = await coming.chunk()
                digest.update(chunk)
                file.write(chunk)
    except TimeoutError as error:
        file.close()
        raise BodyTooSlow(seconds_max=FILE_SECONDS_MAX) from error
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return SpooledRequest(request, file, digest.digest())


async def read_body(request: Request) -> BufferedRequest:
    """Return the request with its whole body. Raises what `read_bytes` raises."""
    return BufferedRequest(request, await read_bytes(request.scope, request.receive))


async def read_bytes(scope: Scope, receive: Receive) -> bytes:
    """Return the whole body; the size is held by `infra.web.limits`.

    Raises `BodyTooSlow`, `BodyTooLarge`, and `ClientDisconnect` when the caller has left.
    """
    coming = _Coming(scope, receive)
    chunks = []
    try:
        with TimeLimit(BODY_SECONDS_MAX):
            while coming.more:
                chunks.append(await coming.chunk())
    except TimeoutError as error:
        raise BodyTooSlow(seconds_max=BODY_SECONDS_MAX) from error
    return b"".join(chunks)


class _Coming:
    """A body as it comes."""

    __slots__ = ("_left", "_receive", "more")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._left = declared_length(scope)
        self._receive = receive
        self.more = True

    async def chunk(self) -> bytes:
        """Return what comes next; raises `ClientDisconnect` when the caller has left."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        # The server holds a body to its declared length: what is whole is not waited for.
        self._left -= len(chunk)
        self.more = message.get("more_body", False) and self._left != 0
        return chunk


def parse_document(body: bytes, content_type: str) -> object:
    """Return the JSON document that a body is; None for an empty one.

    Raises `WrongContentType` and what `strict_json.parse` raises.
    """
    if not body:
        return None
    if _media_type(content_type) not in _JSON_TYPES:
        raise WrongContentType(accepted=JSON)
    return strict_json.parse(body)


@lru_cache(maxsize=100)
def _media_type(header: str) -> tuple[str, str]:
    """Return the type and the parameters that a header names, in one spelling."""
    media_type, _, parameters = header.partition(";")
    return media_type.strip().lower(), parameters.replace(" ", "").replace('"', "").lower()
