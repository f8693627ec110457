"""`tongbao bench NAME`: runs `benchmarks/NAME.py` of the source checkout and prints its figures."""

import asyncio
import importlib
import json
import sys
from pathlib import Path

import tongbao

FOLDER = Path(tongbao.__file__).parents[2] / "benchmarks"


def run(name: str, *, as_json: bool, deep: bool) -> int:
    """Run a benchmark, whose `measure(deep=...)` returns its figures by name; print them."""
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    if name not in known:
        sys.stderr.write(f"No benchmark {name!r}; there are: {', '.join(known) or 'none'}\n")
        return 2
    sys.path.insert(0, str(FOLDER.parent))
    module = importlib.import_module(f"benchmarks.{name}")
    figures = asyncio.run(module.measure(deep=deep))
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        width = max(len(key) for key in figures)
        sys.stdout.writelines(f"{key:<{width}}  {value}\n" for key, value in figures.items())
    return 0
