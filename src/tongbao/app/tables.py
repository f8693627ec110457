"""Imports every module's tables, so that the one registry is complete."""

from importlib import import_module
from pathlib import Path

import tongbao

_ROOT = Path(tongbao.__file__).parent
_TECHNICAL = ("tongbao.infra.idempotency",)


def load() -> None:
    """Import each `models` there is below the package, file or folder, and the technical tables."""
    files = _ROOT.rglob("models.py")
    folders = (file.parent for file in _ROOT.rglob("models/__init__.py"))
    for path in sorted((*files, *folders)):
        import_module(".".join(("tongbao", *path.relative_to(_ROOT).with_suffix("").parts)))
    for name in _TECHNICAL:
        import_module(name)
