"""Texts people write into fields: what is visible stays, what hides or reverses is refused."""

import unicodedata
from typing import Final

# Control, format (invisible, or reversing the reading direction), surrogate, line and paragraph
# separator. Private-use and unassigned code points stay allowed: rare Chinese characters of
# people's names still live there on some systems.
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean_words(text: str, *, length_max: int) -> str | None:
    """Return `text` in Unicode form NFC without surrounding space; None if it is not acceptable."""
    if any(unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in text):
        return None
    words = unicodedata.normalize("NFC", text).strip()
    return words if 1 <= len(words) <= length_max else None
