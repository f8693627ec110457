"""Reading identity cards and licences by text recognition, whichever way up they lie."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tongbao.core.parties.domain.reading import (
    Line,
    read_card_back,
    read_card_front,
    read_licence,
)
from tongbao.infra.ocr import ReadingFailed, TextLine, TextReader

QUARTERS: Final = (0, 2, 1, 3)
"""Upright, upside down, then on either side: the likelier first, as each costs seconds."""

LONG_TEXT: Final = 3
FRONT: Final = frozenset({"number", "name"})
BACK: Final = frozenset({"valid_from", "issuing_authority"})
LICENCE: Final = frozenset({"registration_number", "name"})

Parse = Callable[[Iterable[Line]], dict[str, str]]


class DocumentReader:
    """Reads documents in pictures; None when the recognition itself fails."""

    async def id_card(self, front: bytes, back: bytes) -> dict[str, str] | None:
        """Return the surely read fields of both sides of an identity card."""
        try:
            async with TextReader() as reader:
                fields = await _turned(reader, front, read_card_front, FRONT)
                return fields | await _turned(reader, back, read_card_back, BACK)
        except ReadingFailed:
            return None

    async def licence(self, picture: bytes) -> dict[str, str] | None:
        """Return the surely read fields of a business licence."""
        try:
            async with TextReader() as reader:
                return await _turned(reader, picture, read_licence, LICENCE)
        except ReadingFailed:
            return None


async def _turned(
    reader: TextReader, picture: bytes, parse: Parse, wanted: frozenset[str]
) -> dict[str, str]:
    """Read a picture turned until the wanted fields are there; else return the most there was."""
    best: dict[str, str] = {}
    quarters = list(QUARTERS)
    while quarters:
        lines = await reader.lines(picture, quarter_turns=quarters.pop(0))
        if on_its_side(lines):
            quarters = [each for each in quarters if each % 2]
            continue
        fields = parse(lines)
        if wanted <= fields.keys():
            return fields
        best = max(best, fields, key=len)
    return best


def on_its_side(lines: Sequence[TextLine]) -> bool:
    """Tell whether most lines run from top to bottom.

    The recognition reads such lines too, yet what stands beside what is lost.
    """
    long = [line for line in lines if len(line.text) >= LONG_TEXT]
    return 2 * sum(line.height > line.width for line in long) > len(long)
