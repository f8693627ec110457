"""The page at `/platform` and the API reference as people see them, in Chromium."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

from tests.support.bank import own_logs
from tests.support.browser import find_browser
from tests.support.programs import answers, free_port, program
from tongbao.app import demo
from tongbao.app.connect import connect
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.text import Language
from tongbao.risk.rating import service as rating
from tongbao_sandbox.main import create_app as create_sandbox
from tongbao_sandbox.server import running

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS_MAX = 15_000
# What Chromium says of a request that was under way when a link was followed.
LEFT_THE_PAGE = "net::ERR_ABORTED"
DESKTOP, PHONE = (1440, 900), (390, 844)
FIRM, CUSTOMER = demo.LOGINS[0], "杭州恒筑建材批发有限公司"
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  event => window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(
    fresh_database: Callable[..., Urls],
    trained: rating.Training,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[str]:
    """The API and a worker as processes of their own, on a database with the demo's data."""
    urls, port, logs = fresh_database(), free_port(), tmp_path_factory.mktemp("logs")
    with running(create_sandbox()) as outside:
        settings = Settings(
            database_url=urls.app, tax_office_url=f"{outside}/tax", port=port, demo=True
        )
        with own_logs():
            database = connect(settings)
            async with database.write() as tx:
                await rating.store_model(tx, training=trained, activate=True, at=now())
            await demo.seed(database, settings, say=lambda _: None)
            await database.close()
    environment = {
        "TONGBAO_DATABASE_URL": urls.app,
        "TONGBAO_PORT": str(port),
        "TONGBAO_DEMO": "true",
    }
    address = f"http://127.0.0.1:{port}"
    with (
        program("serve", environment=environment, log=logs / "serve") as api,
        program("worker", environment=environment, log=logs / "worker") as worker,
    ):
        api.wait_until(lambda: answers(f"{address}/health/ready"), "answer")
        worker.wait_for("worker started")
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = find_browser()
    assert path is not None
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        await opened.close()


@dataclass
class Visit:
    """One page of a visitor of their own, and everything that went wrong on it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.set_default_timeout(WAIT_MS_MAX)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(message.text)

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_THE_PAGE:
            self.wrong.append(f"{request.failure} {request.url}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and not request.url.startswith(self.address):
            self.wrong.append(f"asks {request.url}")

    def _answered(self, response: Response) -> None:
        if not response.ok and response.status != httpx2.codes.NOT_MODIFIED:
            self.wrong.append(f"{response.status} {response.url}")

    async def check(self) -> None:
        """Hold that nothing went wrong and nothing sticks out sideways."""
        self.wrong += await self.page.evaluate("window.violations")
        assert self.wrong == []
        wide, shown = await self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= shown, f"{wide} pixels on a page of {shown}"


@pytest.fixture
async def visit(
    request: pytest.FixtureRequest, browser: Browser, site: str
) -> AsyncIterator[Visit]:
    language, (width, height) = getattr(request, "param", ("zh", DESKTOP))
    context = await browser.new_context(
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        viewport={"width": width, "height": height},
        base_url=site,
    )
    await context.add_init_script(WATCH)
    made = Visit(await context.new_page(), site)
    made.watch()
    yield made
    await context.close()


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


@pytest.mark.parametrize("visit", [("zh", DESKTOP), ("zh", PHONE)], indirect=True)
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
