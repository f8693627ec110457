"""The API reference at `/docs`: Swagger UI from files of this installation, under the strict CSP.

FastAPI's own page loads its scripts from a public network and starts them by an inline script;
neither works in a bank's network.
"""

import gzip
import hashlib
from functools import cache
from importlib import resources
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

_PAGE: Final = ("tongbao.infra.web", "static/reference.html", "text/html; charset=utf-8")
_FILES: Final = {
    "reference.js": ("tongbao.infra.web", "static/reference.js", "text/javascript; charset=utf-8"),
    "swagger-ui-bundle.js": (
        "fastapi_swagger",
        "resources/swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
    ),
    "swagger-ui.css": ("fastapi_swagger", "resources/swagger-ui.css", "text/css; charset=utf-8"),
    "favicon.png": ("fastapi_swagger", "resources/favicon-32x32.png", "image/png"),
}
_MAX_AGE_S: Final = 3600


@cache
def _file(package: str, path: str) -> tuple[bytes, bytes, str]:
    """Return a file's bytes, the same gzipped, and its entity tag."""
    data = resources.files(package).joinpath(path).read_bytes()
    return data, gzip.compress(data, mtime=0), f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def _serve(request: Request, package: str, path: str, media_type: str) -> Response:
    data, packed, tag = _file(package, path)
    headers = {
        "Cache-Control": f"public, max-age={_MAX_AGE_S}",
        "ETag": tag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        data = packed
    return Response(data, headers=headers | {"Content-Type": media_type})


def reference_routes() -> APIRouter:
    """Return `/docs` and the files it needs."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    async def page(request: Request) -> Response:
        return _serve(request, *_PAGE)

    @routes.get("/docs/{name}")
    async def file(request: Request, name: str) -> Response:
        if name not in _FILES:
            raise HTTPException(404)
        return _serve(request, *_FILES[name])

    return routes
