"""What kind of file it is, by its content, and the harmless copy that is kept.

The work is done in two threads of its own: decoding a picture computes for up to a second, and a
crowd of uploads must not take every core.
"""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongbao.infra.cores import roam
from tongbao.infra.files import documents, pictures
from tongbao.infra.files.errors import FileEmpty, FilesBusy, FileTooLarge, WrongFileType

BYTES_MAX: Final = 8 * 1024 * 1024
AT_A_TIME_MAX: Final = 6
"""Files looked at or waiting: each holds a database connection, and two are looked at at once."""

_under_way: list[bytes] = []
_THREADS: Final = ThreadPoolExecutor(2, thread_name_prefix="files", initializer=roam)


class MediaType(StrEnum):
    """What is kept: every picture is a JPEG by then."""

    JPEG = "image/jpeg"
    PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Clean:
    """A file made harmless. `width` and `height` are those of a picture, `pages` of a PDF."""

    media_type: MediaType
    content: bytes
    width: int | None = None
    height: int | None = None
    pages: int | None = None

    @property
    def sha256(self) -> bytes:
        """The digest of what is kept: its address in the store."""
        return hashlib.sha256(self.content).digest()


async def make_clean(body: bytes) -> Clean:
    """Return a harmless copy of a picture or a PDF.

    Raises `FileEmpty`, `FileTooLarge`, `WrongFileType`, `FileUnreadable`, `TooManyPixels`,
    `PictureTooSmall`, `TooManyPages`, `FileUnsafe`, and `FilesBusy` when too many come at once.
    """
    if not body:
        raise FileEmpty
    if len(body) > BYTES_MAX:
        raise FileTooLarge(bytes_max=BYTES_MAX)
    if len(_under_way) >= AT_A_TIME_MAX:
        raise FilesBusy
    _under_way.append(body)
    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, _make_clean, body)
    finally:
        _under_way.remove(body)


def _make_clean(body: bytes) -> Clean:
    kind = pictures.kind_of(body)
    if kind is not None:
        drawn = pictures.redraw(body, kind)
        clean = Clean(MediaType.JPEG, drawn.content, width=drawn.width, height=drawn.height)
    elif body.startswith(documents.MAGIC):
        written = documents.rewrite(body)
        clean = Clean(MediaType.PDF, written.content, pages=written.pages)
    else:
        raise WrongFileType
    if len(clean.content) > BYTES_MAX:
        raise FileTooLarge(bytes_max=BYTES_MAX)
    return clean
