"""The plain pages and their files, without a browser."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.support.bank import settings
from tests.support.logs import own_logs
from tongbao.app import demo
from tongbao.app.main import create_app
from tongbao.app.site.page import grouped
from tongbao.core.identity.service import UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.db import WriteSession
from tongbao.infra.postgres import Urls
from tongbao.kernel.clock import now
from tongbao.kernel.money import Money
from tongbao.risk.rating import service as rating
from tongbao_sandbox.main import create_app as create_sandbox
from tongbao_sandbox.server import running


async def visit(urls: Urls, path: str = "/platform", **more: Any) -> httpx2.Response:
    """Ask an application that runs only for this request."""
    headers = {"Accept-Language": more.pop("language", "zh")}
    with own_logs():
        app = create_app(settings(urls, **more))
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://bank") as client,
    ):
        return await client.get(path, headers=headers)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seeded(
    fresh_database: Callable[..., Urls], trained: rating.Training
) -> AsyncIterator[Urls]:
    """A database with the demo's data."""
    urls = fresh_database()
    with running(create_sandbox(token="of-the-tests")) as outside:
        chosen = settings(urls, tax_office_url=f"{outside}/tax")
        app = create_app(chosen)
        async with app.router.lifespan_context(app):
            database = app.state.database
            async with database.write() as tx:
                await rating.store_model(tx, training=trained, activate=True, at=now())
            there = chosen.model_copy(update={"billers_url": f"{outside}/billers"})
            await demo.seed(database, there, say=lambda _: None)
    yield urls


async def test_the_demo_firm_in_both_languages(seeded: Urls) -> None:
    for language, words in (
        ("zh", ("可用余额", "贷款放款", "转账付款", "待还本金")),
        ("en", ("Available balance", "Loan disbursed", "Transfer sent", "Principal outstanding")),
    ):
        answer = await visit(seeded, language=language, demo=True)
        assert answer.status_code == 200
        assert answer.headers["content-language"] == language
        for each in (*words, "杭州恒筑建材批发有限公司", "126,000.00"):
            assert each in answer.text
        for login in demo.LOGINS:
            assert login.password in answer.text


async def test_the_address_chooses_the_language_before_the_header(seeded: Urls) -> None:
    assert "Available balance" in (await visit(seeded, "/platform?lang=en", demo=True)).text
    assert "可用余额" in (await visit(seeded, "/platform?lang=zh", language="en", demo=True)).text
    assert "可用余额" in (await visit(seeded, "/platform?lang=xx", demo=True)).text


async def test_without_the_demo_it_shows_no_customer_and_no_log_in(seeded: Urls) -> None:
    answer = await visit(seeded)
    assert "杭州恒筑" not in answer.text
    assert "tongbao demo seed" in answer.text
    for login in demo.LOGINS:
        assert login.password not in answer.text


async def test_before_the_demo_is_made_it_says_how(
    fresh_database: Callable[..., Urls],
) -> None:
    answer = await visit(fresh_database(), demo=True)
    assert answer.status_code == 200
    assert "tongbao demo seed" in answer.text


async def test_a_database_that_is_away_is_said_on_the_page() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    answer = await visit(Urls(owner=nowhere, app=nowhere), demo=True, language="en")
    assert answer.status_code == 200
    assert "Part of the platform does not answer" in answer.text
    assert "nobody" not in answer.text


async def test_files(seeded: Urls) -> None:
    css = await visit(seeded, "/site/home.css")
    assert css.headers["content-type"].startswith("text/css")
    assert (await visit(seeded, "/site/mark.svg")).headers["content-type"] == "image/svg+xml"
    for name in ("../page.py", "%2e%2e/page.py", "page.py", "home.html"):
        assert (await visit(seeded, f"/site/{name}")).status_code == 404
    linked = re.findall(r'(?:href|src)="(/[^"?]*)"', (await visit(seeded)).text)
    for path in set(linked) - {"/metrics", "/"}:
        assert (await visit(seeded, path)).status_code == 200, path


async def test_the_page_where_documents_are_confirmed(seeded: Urls) -> None:
    for language, words in (("zh", "核验对账单与证明"), ("en", "Confirm a statement")):
        answer = await visit(seeded, "/verify", language=language)
        assert answer.status_code == 200
        assert answer.headers["content-language"] == language
        assert words in answer.text
        for path in re.findall(r'(?:href|src)="(/site/[^"]*)"', answer.text):
            assert (await visit(seeded, path)).status_code == 200, path
    script = await visit(seeded, "/site/verify.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "/api/v1/statements/confirmations" in script.text


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0", "CNY", "0.00"),
        ("999.9", "CNY", "999.90"),
        ("1234567.8", "CNY", "1,234,567.80"),
        ("-1000", "CNY", "−1,000.00"),
        ("1000", "JPY", "1,000"),
    ],
)
def test_amounts_are_grouped(amount: str, currency: str, shown: str) -> None:
    assert grouped(Money.parse(amount, currency)) == shown


async def test_only_the_demo_says_whom_one_may_become(seeded: Urls) -> None:
    assert (await visit(seeded, "/site/guide")).json() is None
    told = (await visit(seeded, "/site/guide", demo=True, language="en")).json()
    assert told["logins"][0]["role"] == "Building-materials wholesaler"
    assert {each["login"] for each in told["logins"]} == {
        each.login for each in demo.LOGINS if each.kind is not UserKind.SERVICE
    }
    somebody = told["newcomer"]
    assert somebody["registration_number"].startswith("91")
    assert re.fullmatch(r"\d{17}[\dX]", somebody["id_number"])


async def test_whose_firm_banks_here_already_is_not_offered(tx: WriteSession) -> None:
    first = await demo.find_newcomer(tx)
    assert first is not None
    await parties.register_organisation(
        tx, name=first.firm, registration_number=first.registration_number, at=now()
    )
    second = await demo.find_newcomer(tx)
    assert second is not None
    assert second.registration_number != first.registration_number
