"""Where the fonts of documents are: a package carries them, the system's are not looked at.

Noto Sans SC (SIL Open Font License) has every character of GB 2312 and GBK, the first extension
block but ten, and the rare ones of the general standard list (通用规范汉字表); Noto Sans TC and JP
stand in for some more, 𠮷 among them. A character that none has is named by its number.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

PACKAGE: Final = "justmytype_intl_cjk"
FAMILIES: Final = ("notosanssc", "notosanstc", "notosansjp")


@cache
def folders() -> tuple[Path, ...]:
    """Return the folders of the fonts, the preferred first."""
    root = Path(str(files(PACKAGE))) / "fonts" / "ofl"
    return tuple(root / family for family in FAMILIES)
