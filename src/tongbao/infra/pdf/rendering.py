"""The parent's side: documents are set by a child process with bounds, off the event loop.

One child a process, kept while it behaves: it has read the fonts already. It gets no secret and no
file but the templates, and is killed and replaced when it takes too long.
"""

import asyncio
import atexit
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Timer
from typing import Final, Self

from tongbao.infra.cores import roam
from tongbao.infra.pdf.child import REFUSED, SET_LAST
from tongbao.infra.pdf.errors import PdfBusy, PdfFailed
from tongbao.infra.pdf.fonts import folders

SECONDS_MAX: Final = 20.0
DATA_BYTES_MAX: Final = 4 * 1024 * 1024
PDF_BYTES_MAX: Final = 32 * 1024 * 1024
WAITING_MAX: Final = 32
DOCUMENTS_PER_CHILD: Final = 500
"""After so many a child is replaced, whatever its libraries may have kept."""

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

_CHILD: Final = Path(__file__).with_name("child.py")
_PAGE: Final = "page.typ"
_HEADER: Final = 5


@dataclass(frozen=True, slots=True)
class Template:
    """The typst source of one kind of document; it may import what `page.typ` offers.

    Its data is in `/data.json`: `#let data = json("/data.json")`. Texts of the data are set as
    they are and never read as typst.
    """

    name: str
    source: str

    @classmethod
    def of(cls, package: str, path: str) -> Self:
        """Read a template that a package carries."""
        return cls(path, files(package).joinpath(path).read_text("utf-8"))


@cache
def _library() -> str:
    return files("tongbao.infra.pdf").joinpath("templates", _PAGE).read_text("utf-8")


async def render(
    template: Template,
    data: Mapping[str, Json],
    *,
    pictures: Mapping[str, str] | None = None,
    seconds_max: float = SECONDS_MAX,
) -> bytes:
    """Return the PDF (PDF/A-2u) of a template filled with data: the same bytes for the same input.

    `pictures` are SVG texts by name, found by the template as `/NAME.svg`. Characters that no font
    shows, and invisible ones, are named by their number ([U+202E]). Call it outside transactions
    where you can: a page takes about 25 ms.

    Raises `PdfFailed` for data too large, too slow or refused, `PdfBusy` when too many wait.
    """
    texts = {"main": template.source, _PAGE: _library()}
    texts |= {f"{name}.svg": picture for name, picture in (pictures or {}).items()}
    question = json.dumps({"files": texts, "data": data}).encode()
    if len(question) > DATA_BYTES_MAX:
        raise PdfFailed(why=f"more than {DATA_BYTES_MAX} bytes of data")
    if len(_waiting) >= WAITING_MAX:
        raise PdfBusy
    _waiting.append(template.name)
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_THREAD, _press.set, question, seconds_max)
    finally:
        _waiting.remove(template.name)


class _Press:
    """The child; used by one thread at a time."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._set = 0

    def set(self, question: bytes, seconds_max: float) -> bytes:
        """Return the document, or raise `PdfFailed`; a child that failed is gone then."""
        child = self._ready()
        assert child.stdin is not None
        assert child.stdout is not None
        timer = Timer(seconds_max, child.kill)
        timer.start()
        try:
            child.stdin.write(len(question).to_bytes(4) + question)
            child.stdin.flush()
            header = child.stdout.read(_HEADER)
            size = int.from_bytes(header[1:])
            answer = child.stdout.read(size) if 0 < size <= PDF_BYTES_MAX else b""
        except OSError:
            header, answer, size = b"", b"", 0
        finally:
            timer.cancel()
        if len(header) < _HEADER or not answer or len(answer) != size:
            self.end()
            raise PdfFailed(why="too slow, too large, or out of memory")
        if header[0] == REFUSED[0]:
            raise PdfFailed(why=answer.decode(errors="replace"))
        if header[0] == SET_LAST[0]:
            self.end()
        return answer

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._set >= DOCUMENTS_PER_CHILD or (self._child and self._child.poll() is not None):
            self.end()
        if self._child is None:
            self._set = 0
            self._child = subprocess.Popen(  # noqa: S603 - our own file, nothing of a caller's in it
                [sys.executable, "-I", str(_CHILD), *map(str, folders())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
            )
        self._set += 1
        return self._child

    def end(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


_press: Final = _Press()
_waiting: Final[list[str]] = []
_THREAD: Final = ThreadPoolExecutor(1, thread_name_prefix="pdf", initializer=roam)
atexit.register(_press.end)
