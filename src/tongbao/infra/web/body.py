"""A request's body: read whole and in time before a database connection is taken, then parsed.

A slow sender therefore occupies memory (at most the body limit) but never a connection.
"""

from collections.abc import AsyncGenerator
from functools import lru_cache
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from tongbao.infra.web import strict_json
from tongbao.infra.web.deadlines import TimeLimit
from tongbao.infra.web.errors import BodyTooSlow, MalformedText, WrongContentType
from tongbao.infra.web.limits import declared_length

BODY_SECONDS_MAX: Final = 30
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


async def read_body(request: Request) -> BufferedRequest:
    """Return the request with its whole body. Raises what `read_bytes` raises."""
    return BufferedRequest(request, await read_bytes(request.scope, request.receive))


async def read_bytes(scope: Scope, receive: Receive) -> bytes:
    """Return the whole body; the size is held by `infra.web.limits`.

    Raises `BodyTooSlow`, `BodyTooLarge`, and `ClientDisconnect` when the caller has left.
    """
    chunks: list[bytes] = []
    length = declared_length(scope)
    more = True
    try:
        with TimeLimit(BODY_SECONDS_MAX):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunk = message.get("body", b"")
                chunks.append(chunk)
                # The server holds a body to its declared length: what is whole is not waited for.
                length -= len(chunk)
                more = message.get("more_body", False) and length != 0
    except TimeoutError as error:
        raise BodyTooSlow(seconds_max=BODY_SECONDS_MAX) from error
    return b"".join(chunks)


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
