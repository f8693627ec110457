"""Reads a PDF from standard input and writes it anew to standard output; started by `documents`.

Runs with `python -I` and imports nothing of ours, so that a hostile file meets as little as may be.
Output: the number of pages, a line feed, the new file. Exit: 3 unreadable, 4 unsafe, 5 too many.
"""

import resource
import sys
from io import BytesIO
from typing import Final

MEMORY_BYTES_MAX: Final = 768 * 1024 * 1024
CPU_SECONDS_MAX: Final = 6
TRAILING_BYTES_MAX: Final = 64
UNREADABLE, UNSAFE, TOO_MANY = 3, 4, 5

# Names of what acts, opens, embeds or hides (ISO 32000-1, 7.11, 12.6, 12.7). Not pages, not ink.
FORBIDDEN: Final = frozenset(
    {
        "/AA",
        "/AcroForm",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/GoToR",
        "/ImportData",
        "/JS",
        "/JavaScript",
        "/Launch",
        "/OpenAction",
        "/RichMedia",
        "/Sound",
        "/SubmitForm",
        "/URI",
        "/XFA",
    }
)


def main(pages_max: int, objects_max: int) -> int:
    """Return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 - within the limits

    body = sys.stdin.buffer.read()
    end = body.rfind(b"%%EOF")
    if end < 0 or len(body) - end > TRAILING_BYTES_MAX:
        return UNSAFE  # something else begins where the PDF ends
    reader = PdfReader(BytesIO(body), strict=True)
    if reader.is_encrypted:
        return UNSAFE
    if len(reader.pages) > pages_max:
        return TOO_MANY
    finding = inspect(reader.trailer, objects_max)
    if finding:
        return finding
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    for page in writer.pages:
        page.pop("/Annots", None)  # links and notes
        page.pop("/Metadata", None)
    out = BytesIO()
    writer.write(out)
    sys.stdout.buffer.write(b"%d\n" % len(writer.pages) + out.getvalue())
    return 0


def inspect(root: object, objects_max: int) -> int:
    """Walk everything that can be reached; return what is wrong with it, 0 for nothing."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject  # noqa: PLC0415

    seen: set[int] = set()
    pending: list[object] = [root]
    walked = 0
    while pending:
        each = pending.pop()
        if isinstance(each, IndirectObject):
            if each.idnum in seen:
                continue
            seen.add(each.idnum)
            each = each.get_object()
        if isinstance(each, DictionaryObject):
            names = {str(name) for name in each}
            names |= {str(each.get(name)) for name in ("/S", "/Type", "/Subtype") if name in each}
            if names & FORBIDDEN:
                return UNSAFE
            pending.extend(each.raw_get(name) for name in each)
        elif isinstance(each, ArrayObject):
            pending.extend(each)
        walked += 1
        if len(seen) > objects_max or walked > 100 * objects_max:
            return TOO_MANY
    return 0


if __name__ == "__main__":
    try:
        code = main(int(sys.argv[1]), int(sys.argv[2]))
    except Exception:  # noqa: BLE001 - whatever a broken file makes of the reader
        code = UNREADABLE
    sys.exit(code)
