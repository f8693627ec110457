"""The browser that the journeys use: the one the system has."""

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Return the path of Chromium, or of what TONGBAO_BROWSER names; None if there is none."""
    given = os.environ.get("TONGBAO_BROWSER")
    names = (given,) if given else _NAMES
    return next((path for path in map(shutil.which, names) if path), None)
