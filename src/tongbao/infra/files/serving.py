"""Files over HTTP: a request's body in, an attachment out."""

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, Request, Response

from tongbao.infra.files.storing import StoredFile

_BINARY: Final = {"type": "string", "format": "binary", "examples": ["(the bytes of the file)"]}
UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A JPEG, PNG, WebP or PDF of at most 8 MiB; its content decides",
        "content": {"application/octet-stream": {"schema": _BINARY}},
    }
}
"""`openapi_extra` of a route that takes a file; give its path to `install(larger_bodies=...)`."""


async def _body(request: Request) -> bytes:
    # The unit of work has read it, in time and within the limit of this address.
    return await request.body()


Upload = Annotated[bytes, Depends(_body)]
"""The body of a request as it came; nothing parses it on the way."""


def download(file: StoredFile, content: bytes) -> Response:
    """Return a file for saving, never for showing inside a page of ours.

    The type is the one we wrote, `nosniff` forbids to guess another, and should a browser open it
    all the same, it does so in a sandbox without scripts.
    """
    return Response(
        content,
        media_type=file.media_type.value,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )
