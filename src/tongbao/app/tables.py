"""Imports every module's tables, so that the one registry is complete."""

from importlib import import_module
from pathlib import Path

import tongbao

_ROOT = Path(tongbao.__file__).parent
_TECHNICAL = ("tongbao.infra.idempotency",)


def load() -> None:
    """Import each `models` module there is below the package, and the technical tables."""
    for file in sorted(_ROOT.rglob("models.py")):
        import_module(".".join(("tongbao", *file.relative_to(_ROOT).with_suffix("").parts)))
    for name in _TECHNICAL:
        import_module(name)
