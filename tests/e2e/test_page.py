"""The page at `/platform` and the API reference as people see them, in Chromium."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.support.visits import DESKTOP, PHONE, Visit
from tests.support.walks import DEEP
from tongbao.app import demo
from tongbao.kernel.text import Language

FIRM, CUSTOMER = demo.LOGINS[0], "杭州恒筑建材批发有限公司"

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
async def visit(
    request: pytest.FixtureRequest, browser: Browser, site: str
) -> AsyncIterator[Visit]:
    language: Language
    language, (width, height) = getattr(request, "param", ("zh", DESKTOP))
    made = await Visit.begin(browser, site, language=language, width=width, height=height)
    yield made
    await made.page.context.close()


WORDS = {
    "zh": ("平台运行正常", "可用余额", "贷款放款", "转账付款", "待还本金", "接口文档"),
    "en": (
        "The platform is up",
        "Available balance",
        "Loan disbursed",
        "Transfer sent",
        "Principal outstanding",
        "API reference",
    ),
}


@pytest.mark.parametrize(
    ("visit", "language"),
    [((language, size), language) for language in ("zh", "en") for size in (DESKTOP, PHONE)],
    indirect=["visit"],
)
async def test_the_page_shows_the_platform_and_the_demo_firms_account(
    visit: Visit, language: Language
) -> None:
    page = visit.page
    answer = await page.goto("/platform")
    assert answer is not None
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["content-language"] == language
    for words in WORDS[language]:
        await expect(page.get_by_text(words).first).to_be_visible()
    await expect(page.get_by_text(CUSTOMER).first).to_be_visible()
    await expect(page.locator(".checks .ok")).to_have_count(3)
    assert re.fullmatch(r"¥[\d,]+\.\d\d", (await page.locator(".amount").inner_text()).strip())
    await expect(page.locator(".entries li")).to_have_count(2)
    await expect(page.get_by_text("−¥126,000.00")).to_be_visible()
    for login in demo.LOGINS:
        await expect(page.get_by_text(f"{login.login} / {login.password}")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
    await visit.check()


async def test_the_language_can_be_changed(visit: Visit) -> None:
    page = visit.page
    await page.goto("/platform")
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("The platform is up")
    await page.get_by_role("link", name="中文").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("平台运行正常")
    await visit.check()


@pytest.mark.parametrize(
    "visit", [("zh", PHONE), ("zh", DESKTOP)] if DEEP else [("zh", PHONE)], indirect=True
)
async def test_the_api_reference_works_offline_with_a_demo_log_in(visit: Visit) -> None:
    page = visit.page
    await page.goto("/platform")
    await page.get_by_role("link", name="接口文档").click()
    await expect(page.locator(".info .title")).to_contain_text("Tongbao")

    await page.locator(".auth-wrapper button.authorize").first.click()
    form = page.locator(".auth-container")
    await form.locator("input#oauth_username").fill(FIRM.login)
    await form.locator("input#oauth_password").fill(FIRM.password)
    await form.locator("button.authorize").click()
    await expect(form.get_by_text("Logout")).to_be_visible()
    await form.locator("button.btn-done").click()

    await page.locator("#operations-tag-identity").click()
    me = page.locator("#operations-identity-identity_me")
    await me.locator("button.opblock-summary-control").click()
    await me.get_by_role("button", name="Try it out").click()
    await me.get_by_role("button", name="Execute").click()
    live = me.locator(".live-responses-table .response")
    await expect(live.locator(".response-col_status").first).to_contain_text("200")
    await expect(live).to_contain_text(FIRM.name)
    await visit.check()
