"""A person walking through the web application, in their language and on their screen."""

import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.barriers import COLOURS, hold_none
from tests.support.browser import screenshot
from tests.support.visits import DESKTOP, PHONE, Visit
from tongbao.app import demo
from tongbao.app.site import Built
from tongbao.kernel.text import Language

COMBINATIONS = [
    pytest.param(("zh", DESKTOP), id="zh-desktop"),
    pytest.param(("en", PHONE), id="en-phone"),
]
DEEP = os.environ.get("TONGBAO_HYPOTHESIS") == "deep"

# How a journey is walked. About as many are walked at a desk, in Chinese, as on a phone, in
# English; with TONGBAO_HYPOTHESIS=deep all are walked in both.
AT_A_DESK, ON_A_PHONE, IN_BOTH = (
    pytest.mark.parametrize("walk", COMBINATIONS if DEEP else each, indirect=True)
    for each in (COMBINATIONS[:1], COMBINATIONS[1:], COMBINATIONS)
)
# All rules in the light, and in the dark those that differ there.
LOOKED_AT: tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...] = (
    ("light", ()),
    ("dark", COLOURS),
)
BUILT = pytest.mark.skipif(Built.load() is None, reason="not built: scripts/web build")
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
LOG_IN: Mapping[Language, Mapping[str, str]] = {
    "zh": {"log in": "登录", "login": "用户名、手机号或邮箱", "password": "登录密码"},
    "en": {"log in": "Log in", "login": "Username, mobile or e-mail", "password": "Password"},
}


async def carry_passkeys(page: Page) -> None:
    """Have a device that makes passkeys and agrees to whatever it is asked."""
    device = await page.context.new_cdp_session(page)
    await device.send("WebAuthn.enable")
    await device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


class Walk:
    """One visitor. `words` are what the buttons and labels on their way say, in their language."""

    def __init__(
        self, visit: Visit, language: Language, words: Mapping[Language, Mapping[str, str]]
    ) -> None:
        self.visit = visit
        self.page: Page = visit.page
        self.language = language
        self.all_words = words
        self.words = {**LOG_IN[language], **words[language]}

    async def log_in(self, person: demo.DemoLogin) -> None:
        await self.page.get_by_label(self.words["login"]).fill(person.login)
        await self.page.get_by_label(self.words["password"]).fill(person.password)
        await self.press("log in")

    async def leave(self) -> None:
        """Be nobody again, on none of the pages of whoever was here."""
        await self.page.goto("/platform")
        await self.page.context.clear_cookies()
        await self.page.evaluate("sessionStorage.clear(); localStorage.removeItem('tongbao.in')")

    async def become(self, person: demo.DemoLogin, path: str) -> None:
        """Come as this person, whoever was here before."""
        await self.leave()
        await self.page.goto(path)
        await self.log_in(person)
        await expect(self.page).to_have_url(re.compile(re.escape(path)))
        await expect(self.page.get_by_role("heading", level=1)).to_be_attached()

    async def press(self, words: str) -> None:
        await self.page.get_by_role("button", name=self.words[words], exact=True).click()

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["Walk"]:
        """Let somebody else in, at a screen of the same kind and in the same language."""
        browser, size = self.page.context.browser, self.page.viewport_size
        assert browser is not None
        assert size is not None
        visit = await Visit.begin(browser, self.visit.address, language=self.language, **size)
        yield Walk(visit, self.language, self.all_words)
        await visit.page.context.close()

    async def carry_passkeys(self) -> None:
        await carry_passkeys(self.page)

    async def look(self, name: str) -> None:
        """Hold that the page is accessible in both themes, and keep a picture of it."""
        for theme, rules in LOOKED_AT:
            await self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await hold_none(self.page, f"{name}, {theme}", rules=rules)
            await screenshot(self.page, f"{name}-{self.language}-{theme}")
        await self.visit.check()


@pytest_asyncio.fixture(loop_scope="session")
async def walk(request: pytest.FixtureRequest, browser: Browser, site: str) -> AsyncIterator[Walk]:
    """Somebody new at the door. `WORDS` of the test's module are theirs."""
    language: Language
    language, (width, height) = getattr(request, "param", ("zh", DESKTOP))
    address = site.replace("127.0.0.1", "localhost")  # passkeys belong to names
    made = await Visit.begin(browser, address, language=language, width=width, height=height)
    yield Walk(made, language, request.module.WORDS)
    await made.page.context.close()
