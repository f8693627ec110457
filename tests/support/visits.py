"""A visitor in Chromium, and the whole platform with the demo's data for them to visit."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
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

from tests.support.browser import find_browser
from tests.support.logs import own_logs
from tests.support.programs import answers, free_port, program
from tongbao.app import demo
from tongbao.app.channels import join_sandbox
from tongbao.app.connect import connect
from tongbao.infra import jobs
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
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
WAIT_MS_MAX = 30_000
# What Chromium says of a request that was under way when a link was followed.
LEFT_THE_PAGE = "net::ERR_ABORTED"
# What Playwright says where it blocks service workers.
NO_WORKER = "Service Worker registration blocked by Playwright"
DESKTOP, PHONE = (1440, 900), (390, 844)
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  event => window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


expect.set_options(timeout=WAIT_MS_MAX)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demonstration(fresh_database: Callable[..., Urls], trained: rating.Training) -> Urls:
    """A database with the demo's data, which nobody uses: each site has a copy."""
    urls = fresh_database()
    with running(create_sandbox()) as outside:
        settings = Settings(
            database_url=urls.app,
            tax_office_url=f"{outside}/tax",
            billers_url=f"{outside}/billers",
            demo=True,
        )
        with own_logs():
            database = connect(settings)
            async with database.write() as tx:
                await rating.store_model(tx, training=trained, activate=True, at=now())
            await demo.seed(database, settings, say=lambda _: None)
            await database.close()
    return urls


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The outside world of a site: where its messages go, whom it asks about people and firms."""
    with running(create_sandbox()) as address:
        yield address


@contextmanager
def opened(urls: Urls, *, port: int, logs: Path, **environment: str) -> Iterator[str]:
    """The API and a worker as processes of their own, on a database with the demo's data."""
    environment |= {
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


@pytest.fixture(scope="module")
def premises(fresh_database: Callable[..., Urls], demonstration: Urls) -> Urls:
    """The database of a site: a copy of the demo."""
    return fresh_database(like=demonstration)


async def work_now(urls: Urls, task: str) -> None:
    """Have a site's worker do at once what it would within the minute."""
    database = Database.connect(urls.app, role=APP_ROLE, pool_size=1)
    async with database.write() as tx:
        await jobs.defer(tx, task, {})
    await database.close()


@pytest.fixture(scope="module")
def site(premises: Urls, sandbox: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A copy of the demo, open to visitors."""
    logs, outside = tmp_path_factory.mktemp("logs"), str(urlsplit(sandbox).port)
    with opened(premises, port=free_port(), logs=logs, TONGBAO_SANDBOX_PORT=outside) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connected_site(
    premises: Urls, sandbox: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The same, with the sandbox's payment channels behind it: banks and cards elsewhere."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    outside = urlsplit(sandbox).port
    assert outside is not None
    file = await join_sandbox(Settings(data_dir=folder, sandbox_port=outside, port=port))
    facts = {"TONGBAO_SANDBOX_PORT": str(outside), "TONGBAO_CHANNELS_FILE": str(file)}
    with opened(premises, port=port, logs=folder, **facts) as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all: whoever visits has a context of their own."""
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

    @classmethod
    async def begin(
        cls,
        browser: Browser,
        address: str,
        *,
        language: Language,
        width: int,
        height: int,
        offline_page: bool = False,
    ) -> Self:
        """Come as somebody new, with this language and this screen.

        Without `offline_page` no service worker stands between the page and what a test watches.
        """
        context = await browser.new_context(
            service_workers="allow" if offline_page else "block",
            locale={"zh": "zh-CN", "en": "en-GB"}[language],
            viewport={"width": width, "height": height},
            base_url=address,
        )
        await context.add_init_script(WATCH)
        made = cls(await context.new_page(), address)
        made.watch()
        return made

    def watch(self) -> None:
        self.page.set_default_timeout(WAIT_MS_MAX)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and NO_WORKER not in message.text:
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

    @contextmanager
    def expecting(self, *words: object) -> Iterator[None]:
        """Take what goes wrong in between, if it holds one of these words, for what was meant."""
        before = list(self.wrong)
        yield
        new = self.wrong[len(before) :]
        self.wrong[:] = before + [
            each for each in new if not any(str(word) in each for word in words)
        ]

    async def check(self) -> None:
        """Hold that nothing went wrong and nothing sticks out sideways."""
        self.wrong += await self.page.evaluate("window.violations")
        assert self.wrong == [], self.wrong
        wide, shown = await self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= shown, f"{wide} pixels on a page of {shown}"
