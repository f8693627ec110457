"""Tables as CSV that a spreadsheet opens as meant, written piece by piece.

UTF-8 with a byte order mark, for without it Excel reads Chinese as something else; lines end in
CR LF (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in front
(OWASP, CSV injection); line breaks and control characters become blanks.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final
from urllib.parse import quote

from fastapi.responses import StreamingResponse

BOM: Final = "\ufeff"
MEDIA_TYPE: Final = "text/csv"
CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The table",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""`responses` of a route that answers a table."""

# The full-width forms too: some spreadsheets take them for the same signs.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def safe(text: str | None) -> str:
    """Return a text from outside as a cell that stays a text."""
    seen = _UNSEEN.sub(" ", text or "").strip()
    return f"'{seen}" if seen.startswith(_FORMULA) else seen


def written(rows: Iterable[Iterable[str]]) -> str:
    """Return rows of cells as lines; texts from outside went through `safe` before."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def download(pieces: AsyncIterator[str], *, name: str) -> StreamingResponse:
    """Return a table for saving, sent as its pieces come; the first one begins with `BOM`."""
    return StreamingResponse(
        pieces,
        media_type=f"{MEDIA_TYPE}; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )
