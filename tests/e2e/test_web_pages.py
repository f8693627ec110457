"""Every page there is, looked at once in each combination: whole, accessible, nothing sideways."""

import json
from importlib import resources
from itertools import groupby
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support import pages
from tests.support.barriers import hold_none
from tests.support.browser import screenshot
from tests.support.colleagues import (
    OLD,
    apply_for,
    at_work,
    register_partner,
    until_there_is,
)
from tests.support.visits import Visit
from tests.support.walks import BUILT, COMBINATIONS, Walk
from tongbao.app.site.built import AREAS, FOLDER
from tongbao.kernel.text import Language

WORDS: dict[Language, dict[str, str]] = {
    "zh": {"lost": "这里没有页面"},
    "en": {"lost": "There is no page here"},
}

THEMES: dict[Language, Literal["light", "dark"]] = {"zh": "light", "en": "dark"}

pytestmark = [pytest.mark.e2e, pytest.mark.slow, BUILT]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def furnished(site: str) -> str:
    """A site with what the demo lacks for the desk: something to decide, a partner told in vain."""
    with at_work(site, pages.person(pages.ADMINISTRATOR)) as ask:
        found = ask("GET", "/identity/users", params={"login": "service"})["items"][0]
        body = {"roles": ["staff_service", "staff_marketing"], "reason": "客服兼做活动"}
        ask("PUT", f"/identity/users/{found['id']}/roles", json=body)
    with at_work(site, pages.person(pages.OPERATIONS)) as ask:
        apply_for(ask, OLD[0])
        deliveries = register_partner(site, ask)
        await until_there_is(ask, deliveries, lambda each: each["attempts"] > 0)
        await until_there_is(ask, "/kyc/cases", state="needs_staff")
    return site


@pytest.mark.parametrize("combination", COMBINATIONS)
async def test_every_page(
    browser: Browser, furnished: str, combination: tuple[Language, tuple[int, int]]
) -> None:
    """On the desktop in the light, on the phone in the dark."""
    language, (width, height) = combination
    for who, theirs in groupby(pages.PAGES, key=lambda each: each.who):
        visit = await Visit.begin(
            browser,
            furnished.replace("127.0.0.1", "localhost"),
            language=language,
            width=width,
            height=height,
        )
        await visit.page.emulate_media(color_scheme=THEMES[language], reduced_motion="reduce")
        walk = Walk(visit, language, WORDS)
        party = await enter(walk, who) if who else ""
        for each in theirs:
            await look_at(walk, each, party)
        await visit.page.context.close()


async def enter(walk: Walk, who: str) -> str:
    """Log in; return the id of whom they act for."""
    await walk.page.goto("/login")
    await walk.log_in(pages.person(who))
    await expect(walk.page.locator("h1")).not_to_have_text(walk.words["log in"])
    me = await (await walk.page.request.get("/api/v1/identity/me")).json()
    return str(me["party_ids"][0]) if me["party_ids"] else ""


async def look_at(walk: Walk, listed: pages.Listed, party: str) -> None:
    page = walk.page
    answer = await page.goto(await pages.resolve(listed.path, page.request, party))
    assert answer is not None
    assert answer.ok, listed.path
    await expect(page.locator("h1").first).to_be_attached()
    await expect(page.locator("main .skeleton")).to_have_count(0)
    await expect(page.get_by_text(walk.words["lost"])).to_have_count(0)
    await hold_none(page, listed.name)
    await keep_pictures(page, f"{listed.name}-{walk.language}", THEMES[walk.language])
    try:
        await walk.visit.check()
    except AssertionError as error:
        error.add_note(listed.path)
        raise


async def keep_pictures(page: Page, name: str, theme: Literal["light", "dark"]) -> None:
    """Keep one in the light, which documents show, and one in the dark where it was looked at."""
    if theme == "dark":
        await screenshot(page, f"{name}-dark")
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    await screenshot(page, name)
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")


def test_each_area_of_the_application_has_a_page_in_the_list() -> None:
    built = resources.files("tongbao.app.site").joinpath(FOLDER, AREAS)
    areas = set(json.loads(built.read_text()))
    assert areas - pages.ELSEWHERE <= {each.path.split("/")[1] for each in pages.PAGES}
