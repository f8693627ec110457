"""Parts of a benchmark that run as programs of their own."""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def main_of(module: str, *arguments: str | int) -> list[str]:
    """Return the command that runs `main` of a module beside this one."""
    said = ", ".join(map(repr, arguments))
    found = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    run = f"from benchmarks.support import {module}; {module}.main({said})"
    return [sys.executable, "-c", f"{found}; {run}"]
