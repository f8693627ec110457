"""Texts that fit an XML document and the lengths of ISO 20022."""

import re
from collections.abc import Iterator
from typing import Final

# What XML 1.0 cannot hold, not even escaped (section 2.2).
_IMPOSSIBLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACEMENT: Final = "\ufffd"


def clean(text: str) -> str:
    """Return a text on one line, what XML cannot hold replaced by U+FFFD; perhaps empty."""
    return " ".join(_IMPOSSIBLE.sub(REPLACEMENT, text).split())


def fitted(text: str | None, length_max: int) -> str | None:
    """Return a text cleaned and cut to what an element takes; None for one with nothing in it."""
    cut = clean(text or "")[:length_max].strip()
    return cut or None


def pieces(text: str | None, length_max: int) -> Iterator[str]:
    """Yield a text cleaned, in pieces that an element takes, nothing left out."""
    whole = clean(text or "")
    for start in range(0, len(whole), length_max):
        piece = whole[start : start + length_max]
        # A piece keeps its blanks, but one of nothing else says nothing.
        if piece.strip():
            yield piece
