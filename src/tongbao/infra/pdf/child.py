"""Sets documents from standard input and writes them to standard output, until that ends.

Runs with `python -I` and imports nothing of ours: typst (no network, no files but those it is
given) within bounds of memory. A question: four bytes of length, JSON of `files` (name to text) and
`data`. An answer: one byte (0 set, 1 refused, 2 set and the last one), four bytes of length, the
PDF or why not.
"""

import json
import os
import resource
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import Any, BinaryIO, Final

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
HEADER: Final = 4
FORMAT: Final = 12
STANDARD: Final = "a-2u"  # PDF/A-2u (ISO 19005-2): archived, every glyph with its character
SET, REFUSED, SET_LAST = b"\x00", b"\x01", b"\x02"
# typst keeps what it worked out for ten documents: after a large one another child begins anew.
KEPT_BYTES_MAX: Final = MEMORY_BYTES_MAX // 4
_STATUS: Final = Path("/proc/self/status")

# Control, format (bidirectional and invisible ones), private, unassigned, line separators.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def main(folders: list[str]) -> None:
    """Answer until standard input ends; `folders` are where the fonts are."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the libraries print must not end up between the answers
    import typst  # noqa: PLC0415 - within the limits

    known = Coverage(folders)
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=folders
    )
    while (header := sys.stdin.buffer.read(HEADER)) and len(header) == HEADER:
        question = json.loads(sys.stdin.buffer.read(int.from_bytes(header)))
        data = json.dumps(cleaned(question["data"], known), ensure_ascii=False)
        files: Any = {"data.json": data.encode()}
        files |= {name: text.encode() for name, text in question["files"].items()}
        try:
            setting = typst.Compiler(files, font_paths=fonts)
            # The document's own date is in its data.
            made = setting.compile(format="pdf", timestamp=0, pdf_standards=STANDARD)
        except (typst.TypstError, RuntimeError, ValueError, MemoryError) as error:
            _send(answers, REFUSED, str(error)[:500].encode())
            continue
        assert isinstance(made, bytes)
        _send(answers, SET if memory_bytes() <= KEPT_BYTES_MAX else SET_LAST, made)


def memory_bytes() -> int:
    """Return the most memory this program has had.

    Where Linux tells it of the program: `ru_maxrss` begins with that of whoever started it.
    """
    if _STATUS.exists():
        line = next(each for each in _STATUS.read_text().splitlines() if each.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


class Coverage:
    """Which characters some font has a picture of: the segments of the fonts' `cmap` tables."""

    def __init__(self, folders: list[str]) -> None:
        segments: list[tuple[int, int]] = []
        for folder in folders:
            for path in sorted(Path(folder).glob("*.[to]tf")):
                segments += segments_of(path.read_bytes())
        self._segments = sorted(segments)
        self._starts = [start for start, _ in self._segments]
        self._longest = max(end - start for start, end in self._segments)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self._starts, number) - 1
        # Segments of different fonts overlap: an earlier, longer one may reach further.
        while at >= 0 and number - self._starts[at] <= self._longest:
            if number <= self._segments[at][1]:
                return True
            at -= 1
        return False


def segments_of(font: bytes) -> list[tuple[int, int]]:
    """Return the segments of a font's format 12 character map (OpenType, `cmap`)."""
    (tables,) = unpack_from(">H", font, 4)
    directory = (unpack_from(">4sIII", font, 12 + 16 * each) for each in range(tables))
    cmap = next(offset for tag, _, offset, _ in directory if tag == b"cmap")
    (count,) = unpack_from(">H", font, cmap + 2)
    for each in range(count):
        (offset,) = unpack_from(">I", font, cmap + 4 + 8 * each + 4)
        (kind,) = unpack_from(">H", font, cmap + offset)
        if kind == FORMAT:
            (groups,) = unpack_from(">I", font, cmap + offset + 12)
            begins = cmap + offset + 16
            table = iter_unpack(">III", font[begins : begins + 12 * groups])
            return [(start, end) for start, end, _ in table]
    raise ValueError("no character map of format 12")


def cleaned(value: object, known: Coverage) -> object:
    """Return data in which every character of every text can be seen; see `visible`."""
    if isinstance(value, str):
        return visible(value, known)
    if isinstance(value, Mapping):
        return {name: cleaned(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [cleaned(each, known) for each in value]
    return value


def visible(text: str, known: Coverage) -> str:
    """Return a text that hides nothing: what cannot be shown is named by its number.

    Line feeds stay. Variation selectors ask for another picture of the same character and go.
    """
    return "".join(_shown(each, known) for each in unicodedata.normalize("NFC", text))


def _shown(character: str, known: Coverage) -> str:
    number = ord(character)
    if character == "\n" or (number in known and unicodedata.category(character) not in _HIDDEN):
        return character
    if any(number in each for each in _SELECTORS):
        return ""
    if character == "\t":
        return " "
    return f"[U+{number:04X}]"


def _send(answers: BinaryIO, kind: bytes, answer: bytes) -> None:
    answers.write(kind + len(answer).to_bytes(HEADER) + answer)
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
