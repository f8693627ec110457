"""The web application as it was built: its files read once, sent as they were packed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, Self

from fastapi import Request, Response
from starlette.routing import Match, Route
from starlette.types import Scope

FOLDER: Final = "dist"
PAGE: Final = "index.html"
AREAS: Final = "areas.json"
_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
}
_PACKED: Final = {"br": ".br", "gzip": ".gz"}  # the better one first
_FOREVER: Final = "public, max-age=31536000, immutable"  # the name says what is in it
_ASK_AGAIN: Final = "no-cache"


@dataclass(frozen=True, slots=True)
class File:
    """One file: its bytes, as they are and packed, and what a browser is told of it."""

    data: bytes
    packed: Mapping[str, bytes]
    media_type: str
    cache: str
    tag: str

    def answer(self, request: Request, *, status: int = 200) -> Response:
        """Return it in the best form that the browser takes, or that nothing has changed."""
        headers = {"Cache-Control": self.cache, "ETag": self.tag, "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == self.tag:
            return Response(status_code=304, headers=headers)
        data = self.data
        taken = accepted(request.headers.get("accept-encoding", ""))
        for encoding, packed in self.packed.items():
            if encoding in taken:
                headers["Content-Encoding"] = encoding
                data = packed
                break
        headers["Content-Type"] = self.media_type
        return Response(data, status, headers)


@dataclass(frozen=True, slots=True)
class Built:
    """Every file of the web application, by its path, and the areas it has pages for."""

    files: Mapping[str, File]
    areas: frozenset[str]

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self | None:
        """Read what was built; None where nothing was, as in a clone that nobody has built."""
        folder = folder or resources.files("tongbao.app.site").joinpath(FOLDER)
        if not folder.joinpath(PAGE).is_file():
            return None
        raw = dict(_below(folder, ""))
        areas = json.loads(raw.pop(AREAS))
        return cls(
            {path: _file(path, raw) for path in raw if not path.endswith((".br", ".gz"))},
            frozenset(areas),
        )

    def find(self, path: str) -> File | None:
        """Return the file at an address, the page itself excepted."""
        name = path.removeprefix("/")
        return None if name == PAGE else self.files.get(name)

    def knows(self, path: str) -> bool:
        """Tell whether the application has pages below this address."""
        return path.removeprefix("/").partition("/")[0] in self.areas

    def page(self, request: Request) -> Response:
        """Return the one page, which shows what its address says; 404 for an unknown address."""
        status = 200 if self.knows(request.url.path) else 404
        return self.files[PAGE].answer(request, status=status)


class Pages(Route):
    """Whatever no other route serves: a file of the application, or its page for a reader.

    It matches nothing else, so that a mistyped address of the API answers with a problem document
    and a program that asks for a page that is not there gets a plain 404.
    """

    def __init__(self, built: Built) -> None:
        self.built = built
        super().__init__("/{path:path}", self._serve, methods=["GET"], include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match files, and addresses that somebody reads in a browser."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return Match.NONE, {}
        path = scope["path"]
        if self.built.find(path) is None and not (_is_read(scope) and _may_be_a_page(path)):
            return Match.NONE, {}
        return super().matches(scope)

    async def _serve(self, request: Request) -> Response:
        file = self.built.find(request.url.path)
        return self.built.page(request) if file is None else file.answer(request)


def accepted(header: str) -> frozenset[str]:
    """Return the encodings that an `Accept-Encoding` takes (RFC 9110, 12.5.3)."""
    taken = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            taken.add(name.strip())
    return frozenset(taken)


def _is_read(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _may_be_a_page(path: str) -> bool:
    """Addresses of the API are no pages, nor is what looks like the name of a file."""
    return not (path == "/api" or path.startswith("/api/") or "." in path.rpartition("/")[2])


def _below(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        path = prefix + entry.name
        if entry.is_dir():
            found += _below(entry, f"{path}/")
        else:
            found.append((path, entry.read_bytes()))
    return found


def _file(path: str, raw: Mapping[str, bytes]) -> File:
    data = raw[path]
    return File(
        data=data,
        packed={name: raw[path + end] for name, end in _PACKED.items() if path + end in raw},
        media_type=_TYPES.get(path.rpartition(".")[2], "application/octet-stream"),
        cache=_FOREVER if path.startswith("assets/") else _ASK_AGAIN,
        tag=f'"{hashlib.sha256(data).hexdigest()[:32]}"',
    )
