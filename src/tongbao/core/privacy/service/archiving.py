"""The zip of a subject access export: written piece by piece, beyond a few megabytes to disk."""

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, Self
from uuid import UUID

MEMORY_BYTES_MAX: Final = 8 * 1024 * 1024
PIECE_BYTES: Final = 256 * 1024
BYTES_MAX: Final = 1024 * 1024 * 1024
"""What is written before it is compressed; ten thousand rows of every table are far less."""

Row = Mapping[str, Any]


class Archive:
    """A zip under way; `finished` hands out its bytes in pieces and leaves nothing behind."""

    def __init__(self, *, at: datetime) -> None:
        self._file: IO[bytes] = SpooledTemporaryFile(MEMORY_BYTES_MAX)  # noqa: SIM115 - see close
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        self._moment = at.timetuple()[:6]
        self._written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            self.close()

    def put(self, name: str, content: bytes | str) -> None:
        """Write one file whole."""
        plain = content.encode() if isinstance(content, str) else content
        self._count(len(plain))
        self._zip.writestr(self._info(name), plain, zipfile.ZIP_DEFLATED)

    async def put_rows(
        self, name: str, header: Sequence[str], pages: AsyncIterator[Sequence[Row]]
    ) -> int:
        """Write a CSV page by page, so that only one page is in memory; return how many rows."""
        rows = 0
        with self._zip.open(self._info(name), "w") as target:
            target.write(first_line(header))
            async for page in pages:
                piece = csv_lines(header, page)
                self._count(len(piece))
                target.write(piece)
                rows += len(page)
        return rows

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    def _count(self, size: int) -> None:
        self._written += size
        assert self._written <= BYTES_MAX, "every table and statement is bounded"

    def finish(self) -> None:
        """Write the directory; nothing more is put in."""
        self._zip.close()

    @property
    def size(self) -> int:
        """The bytes of a finished archive."""
        return self._file.seek(0, io.SEEK_END)

    def pieces(self) -> Iterator[bytes]:
        """Yield the archive's bytes once, and let go of them."""
        try:
            self._file.seek(0)
            while piece := self._file.read(PIECE_BYTES):
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the bytes."""
        with suppress(ValueError):  # a file inside may still be open, after a failure
            self._zip.close()
        self._file.close()


def first_line(header: Sequence[str]) -> bytes:
    """Return how a CSV begins, so that spreadsheets take it for UTF-8."""
    return "\ufeff".encode() + csv_lines(header, [dict(zip(header, header, strict=True))])


def csv_lines(header: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Return rows as lines of CSV in the header's order, none of them a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([cell(row[name]) for name in header] for row in rows)
    return out.getvalue().encode()


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document as readable JSON."""
    return json.dumps(document, ensure_ascii=False, indent=1, default=plain)


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    match value:
        case None:
            return ""
        case str():
            text = value
        case datetime() | date() | UUID() | Decimal() | bytes():
            text = plain(value)
        case _:
            text = json.dumps(value, ensure_ascii=False, default=plain)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def plain(value: object) -> str:
    """Return what JSON has no form for."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case bytes():
            return value.hex()
    msg = f"{type(value).__name__} has no form in an export"
    raise TypeError(msg)
