"""The browser that the journeys use: the one the system has."""

import os
import shutil
from pathlib import Path

from playwright.async_api import Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """Return the path of Chromium, or of what TONGBAO_BROWSER names; None if there is none."""
    given = os.environ.get("TONGBAO_BROWSER")
    names = (given,) if given else _NAMES
    return next((path for path in map(shutil.which, names) if path), None)


async def screenshot(page: Page, name: str) -> None:
    """Keep a picture of a page in the folder that TONGBAO_SCREENSHOTS names, if it names one."""
    folder = os.environ.get("TONGBAO_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
