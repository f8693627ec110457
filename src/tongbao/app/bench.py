"""`tongbao bench NAME`: runs `benchmarks/NAME.py` of the source checkout and prints its figures."""

import asyncio
import importlib.util
import json
import sys
from pathlib import Path

import tongbao

FOLDER = Path(tongbao.__file__).parents[2] / "benchmarks"


def run(name: str, *, as_json: bool) -> int:
    """Run a benchmark, whose `measure()` returns its figures by name; print them."""
    file = FOLDER / f"{name}.py"
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    if name not in known:
        sys.stderr.write(f"No benchmark {name!r}; there are: {', '.join(known) or 'none'}\n")
        return 2
    sys.path.insert(0, str(FOLDER))
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figures = asyncio.run(module.measure())
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        width = max(len(key) for key in figures)
        sys.stdout.writelines(f"{key:<{width}}  {value}\n" for key, value in figures.items())
    return 0
