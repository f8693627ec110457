"""Texts people write: what is asked for, and why it is refused."""

import unicodedata
from typing import Final

from tongbao.products.collecting.domain.errors import TextMalformed

TITLE_LENGTH_MAX: Final = 140
"""As long as a payment's remittance, which it becomes."""
REFERENCE_LENGTH_MAX: Final = 64
REFERENCE_PATTERN: Final = r"^[0-9A-Za-z][0-9A-Za-z._-]*$"

# Invisible or reversing characters could make a text read as what it is not.
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean(text: str, *, field: str, length_max: int = TITLE_LENGTH_MAX) -> str:
    """Return the text without surrounding space. Raises `TextMalformed`."""
    cleaned = unicodedata.normalize("NFC", text).strip()
    seen = all(unicodedata.category(each) not in _FORBIDDEN_CATEGORIES for each in cleaned)
    if not 1 <= len(cleaned) <= length_max or not seen:
        raise TextMalformed(field=field, length_max=length_max)
    return cleaned
