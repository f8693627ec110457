"""What of a page is a barrier to somebody, as axe finds it."""

from typing import Any, Final

from axe_playwright_python.async_playwright import AxeResults
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

COLOURS: Final = ("color-contrast", "link-in-text-block")
"""The rules that a theme has a say in: the others look at what a page is made of."""
_RUN: Final = """async rules => {
  const only = rules.length ? {runOnly: {type: "rule", values: rules}} : {}
  return {violations: (await axe.run({...only, resultTypes: ["violations"]})).violations}
}"""


async def hold_none(page: Page, what: str, *, rules: tuple[str, ...] = ()) -> None:
    """Hold that axe finds no barrier, by these rules alone or by all there are."""
    if not await page.evaluate("'axe' in window"):  # it stays until another page is loaded
        await page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = await page.evaluate(_RUN, list(rules))
    assert found["violations"] == [], f"{what}: {AxeResults(found).generate_report()}"
