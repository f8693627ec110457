"""What others rely on, written down: API, events' schemas, permissions, register of data.

They are committed; a change that alters them without saying so fails `make check`.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import tongbao
from tongbao.app import features, permissions, privacy
from tongbao.app.main import create_app
from tongbao.infra.settings import Settings
from tongbao.kernel.events import Event

DOCS = Path(tongbao.__file__).parents[2] / "docs"


def documents() -> dict[str, str]:
    """Return the text of each document by its file name."""
    _load_events()
    app = create_app(Settings(database_url="postgresql://unused"))
    events: dict[str, Any] = {
        name: {
            "version": event.version,
            "description": (event.__doc__ or "").strip(),
            "schema": event.model_json_schema(),
        }
        for name, event in sorted(Event.registry.items())
        if event.__module__.startswith("tongbao.")
    }
    return {
        "openapi.json": _text(app.openapi()),
        "events.json": _text(events),
        "permissions.md": permissions.markdown(app),
        "privacy-register.md": privacy.page(),
        "channel-features.md": features.page(),
    }


def write(*, check: bool) -> int:
    """Write the documents, or with `check` only compare; return 1 if one differs."""
    stale = []
    for name, text in documents().items():
        path = DOCS / name
        if check:
            if not path.exists() or path.read_text("utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, "utf-8")
    if stale:
        print(f"docs/{', docs/'.join(stale)} differ from the code: run `tongbao openapi`")  # noqa: T201
    return 1 if stale else 0


def _load_events() -> None:
    """Import every module's events: some are raised by jobs alone, or by the database itself."""
    root = Path(tongbao.__file__).parent
    for file in sorted(root.rglob("events.py")):
        import_module(".".join(("tongbao", *file.relative_to(root).with_suffix("").parts)))


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
