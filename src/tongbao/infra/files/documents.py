"""PDFs: read and written anew by a process of its own, with bounds the system holds.

A PDF is a program's worth of structure, and readers of it have looped and swollen before. The
child (`pdf_child.py`) has little memory and few seconds, holds no secret, and is killed if it does
not come back.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tongbao.infra.files.errors import FileUnreadable, FileUnsafe, TooManyPages

MAGIC: Final = b"%PDF-"
PAGES_MAX: Final = 20
OBJECTS_MAX: Final = 2_000
SECONDS_MAX: Final = 5

_CHILD: Final = Path(__file__).with_name("pdf_child.py")
_FINDINGS: Final = {3: FileUnreadable, 4: FileUnsafe}
_TOO_MANY: Final = 5


@dataclass(frozen=True, slots=True)
class Written:
    """A PDF written anew."""

    content: bytes
    pages: int


def rewrite(body: bytes) -> Written:
    """Return the pages of a PDF as a new one.

    Raises `FileUnreadable`, `FileUnsafe` (locked, scripts, attachments, actions), `TooManyPages`.
    """
    command = [sys.executable, "-I", str(_CHILD), str(PAGES_MAX), str(OBJECTS_MAX)]
    try:
        child = subprocess.run(  # noqa: S603 - our own file, nothing of the sender's in it
            command, input=body, capture_output=True, timeout=SECONDS_MAX, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise FileUnreadable from error
    if child.returncode == _TOO_MANY:
        raise TooManyPages(pages_max=PAGES_MAX, objects_max=OBJECTS_MAX)
    if child.returncode != 0:
        raise _FINDINGS.get(child.returncode, FileUnreadable)
    count, _, content = child.stdout.partition(b"\n")
    return Written(content, int(count))
