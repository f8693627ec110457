"""Files with keys: made once, readable by their owner alone."""

import os
import stat
from pathlib import Path
from secrets import token_hex


def make_once(path: Path, content: bytes) -> None:
    """Write `content` to `path` unless there is a file already.

    Of several processes that find none at the same time, one makes it.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to:
        to.write(content)
        to.flush()
        os.fsync(to.fileno())
    try:
        os.link(draft, path)  # whole or not at all, and never over another
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def is_open_to_everybody(path: Path) -> bool:
    """Tell whether others than owner and group may do anything with the file."""
    return bool(stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO)
