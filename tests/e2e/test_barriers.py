"""What the journeys look for on every page is found where it is."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.support.barriers import COLOURS, hold_none

PALE = '<p style="color: #aaa">pale</p>'
UNNAMED = '<img src="data:,">'
WHOLE = "<!doctype html><html lang=en><title>t</title><main><h1>Whole</h1><p>of it</p>{}</main>"

pytestmark = pytest.mark.e2e


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    made = await browser.new_page()
    yield made
    await made.close()


async def test_a_page_without_barriers(page: Page) -> None:
    await page.set_content(WHOLE.format(""))
    await hold_none(page, "whole")
    await hold_none(page, "whole", rules=COLOURS)


@pytest.mark.parametrize(
    ("more", "rule", "by_colours"),
    [(PALE, "color-contrast", True), (UNNAMED, "image-alt", False)],
    ids=["pale", "unnamed"],
)
async def test_barriers_are_found(page: Page, more: str, rule: str, *, by_colours: bool) -> None:
    await page.set_content(WHOLE.format(more))
    with pytest.raises(AssertionError, match=rule):
        await hold_none(page, "barred")
    if by_colours:
        with pytest.raises(AssertionError, match=rule):
            await hold_none(page, "barred", rules=COLOURS)
    else:
        await hold_none(page, "barred", rules=COLOURS)


async def test_another_page_in_the_same_place_is_looked_at_too(page: Page) -> None:
    await page.set_content(WHOLE.format(""))
    await hold_none(page, "before")
    await page.goto("data:text/html," + WHOLE.format(PALE).replace("#", "%23"))
    with pytest.raises(AssertionError, match="color-contrast"):
        await hold_none(page, "after")
