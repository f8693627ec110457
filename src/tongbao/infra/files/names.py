"""Names of files as people gave them: shown again, never used as a path."""

import re
import unicodedata
from typing import Final

NAME_LENGTH_MAX: Final = 100
NAMELESS: Final = "document"
_SEPARATORS: Final = re.compile(r"[/\\:]")


def safe_name(text: str) -> str:
    """Return the last part of a path as a name without anything invisible or meant for a system.

    `../../etc/passwd` is `passwd`, a drive and its folders go too; nothing left is `document`.
    """
    last = _SEPARATORS.split(unicodedata.normalize("NFC", text))[-1]
    kept = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    kept = re.sub(r'["*<>|?;%\u2028\u2029]', "_", kept).strip(" .")
    return kept[:NAME_LENGTH_MAX] or NAMELESS
