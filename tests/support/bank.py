"""The whole application on a database of its own, people to use it, and a tax office to ask.

A test folder gets all of it by `from tests.support.bank import bank, outside, trained`.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import gettempdir
from typing import Any, LiteralString
from uuid import UUID

import httpx2
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from psycopg import sql

from tests.support.authenticator import Authenticator
from tests.support.keys import SECRET_KEY
from tests.support.logs import own_logs
from tongbao.app import training
from tongbao.app.main import create_app
from tongbao.app.wiring import load_jobs
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.parties import jobs as parties_jobs
from tongbao.core.parties import service as parties
from tongbao.core.sources import service as sources
from tongbao.infra import jobs, outbox
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.products.lending import jobs as lending_jobs
from tongbao.products.lending import service as lending
from tongbao.risk.rating import service as rating
from tongbao.risk.rating.domain import training as rules
from tongbao_sandbox import firms as sandbox
from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.main import create_app as create_sandbox
from tongbao_sandbox.server import running
from tongbao_sandbox.uscc import registration_number

TOKEN = "of-the-tests"
PASSWORD = "correct horse battery"
FIRMS = 60
LIMITS = sources.DownloadLimits(
    rows_per_page=1_000,
    pages_max=20,
    rows_max=20_000,
    connect_seconds_max=1.0,
    read_seconds_max=1.0,
    total_seconds_max=3.0,
    attempts_max=2,
    backoff_seconds=0.01,
)


class Likenesses:
    """As many firms as wanted, each with the invoices of the sandbox's healthy wholesaler."""

    def __init__(self, book: FirmBook) -> None:
        self.period: tuple[date, date] = book.period
        self.firms = tuple(
            Firm(f"L{i}", f"杭州第{i}建材有限公司", registration_number(f"likeness/{i}"))
            for i in range(1, FIRMS + 1)
        )
        self._original = book.invoices("S1")

    def invoices(self, _code: str) -> Invoices:
        return self._original


@dataclass(frozen=True)
class Outside:
    """The sandbox over real HTTP: the tax office knows `book` and does wrong on demand."""

    url: str
    book: FirmBook

    async def misbehave(self, kind: str, **facts: object) -> None:
        async with httpx2.AsyncClient() as client:
            answer = await client.put(
                f"{self.url}/sandbox/faults/tax-office", json={"kind": kind, **facts}
            )
            answer.raise_for_status()

    async def behave(self) -> None:
        async with httpx2.AsyncClient() as client:
            (await client.delete(f"{self.url}/sandbox/faults/tax-office")).raise_for_status()


@dataclass(frozen=True)
class Caller:
    """Somebody who asks the API, logged in or not."""

    http: httpx2.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    device: Authenticator = field(default_factory=Authenticator, compare=False)

    async def ask(
        self, method: str, path: str, *, key: str | None = None, language: str = "en", **more: Any
    ) -> httpx2.Response:
        headers = {"Accept-Language": language, **self.headers, **more.pop("headers", {})}
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **more)

    async def get(self, path: str, **query: Any) -> Any:
        """Return what a GET answers, which must be a success."""
        return done(await self.ask("GET", path, params=query))

    async def post(self, path: str, body: object = None, **more: Any) -> Any:
        """Return what a POST answers, which must be a success; under a key of its own.

        A signature is confirmed where it must be.
        """
        more.setdefault("key", str(new_id()))
        if path.endswith("/acceptance"):
            return done(await self.stepped_up("POST", path, json=body, **more))
        return done(await self.ask("POST", path, json=body, **more))

    async def stepped_up(
        self, method: str, path: str, *, key: str | None = None, **more: Any
    ) -> httpx2.Response:
        """Ask, and where a step-up is required confirm it with a passkey and ask again."""
        refused = await self.ask(method, path, key=key, **more)
        if refused.is_success or refused.json()["code"] != "identity.step_up_required":
            return refused
        if "passkey" not in refused.json()["proofs"]:
            await self._add_passkey()
        token = await self._confirm(refused.json()["action"], "passkey")
        headers = {**more.pop("headers", {}), "Step-Up-Token": token}
        return await self.ask(method, path, key=key, headers=headers, **more)

    async def pay(self, order: object) -> Any:
        """Return what a payment answers, which must be a success; confirmed where it must be."""
        key = str(new_id())
        return done(await self.stepped_up("POST", "/payments", json=order, key=key))

    async def _add_passkey(self) -> None:
        path = "/identity/passkey-registrations"
        token = await self._confirm({"kind": "identity.passkey.add", "facts": {}}, "password")
        begun = await self.post(f"{path}/options", headers={"Step-Up-Token": token})
        credential = self.device.create(begun["options"])
        body = {"ceremony_id": begun["ceremony_id"], "name": "手机", "credential": credential}
        await self.post(path, body)

    async def _confirm(self, action: object, proof: str) -> str:
        asked = await self.post("/identity/step-up/challenges", {"action": action, "proof": proof})
        answer: dict[str, Any] = {"password": PASSWORD}
        if proof == "passkey":
            answer = {"assertion": self.device.get(asked["options"])}
        path = f"/identity/step-up/challenges/{asked['challenge_id']}/confirmation"
        return str((await self.post(path, answer))["token"])


@dataclass(frozen=True)
class Customer(Caller):
    """A firm that is a customer: its user is logged in."""

    firm: Firm = field(kw_only=True)
    party_id: str = field(kw_only=True)

    async def open_account(self) -> dict[str, Any]:
        opened: dict[str, Any] = await self.post("/accounts", {"party_id": self.party_id})
        return opened

    async def consent(self) -> dict[str, Any]:
        """Read the text in use, ask for the consent and confirm it."""
        request = await self.ask_consent()
        path = f"/agreements/consent-requests/{request['id']}/confirmation"
        granted: dict[str, Any] = await self.post(
            path, {"digest": request["digest"], "confirmed": True}
        )
        return granted

    async def ask_consent(self) -> dict[str, Any]:
        """Read the text in use and ask for the consent to it."""
        (text,) = await self.get("/agreements/consent-texts")
        asked: dict[str, Any] = await self.post(
            "/agreements/consent-requests",
            {
                "party_id": self.party_id,
                "purpose": text["purpose"],
                "source": text["source"],
                "text_version": text["version"],
                "text_digest": text["digest"],
            },
        )
        return asked


@dataclass(frozen=True)
class Bank:
    """The running application."""

    app: FastAPI
    urls: Urls
    outside: Outside
    http: httpx2.AsyncClient
    _firms: Iterator[Firm]
    _numbers: Iterator[int]

    @property
    def database(self) -> Database:
        opened: Database = self.app.state.database
        return opened

    @property
    def anybody(self) -> Caller:
        return Caller(self.http)

    def rows(self, *tables: str) -> dict[str, int]:
        """Count rows, as the owner sees them."""
        with psycopg.connect(self.urls.owner) as connection:
            found = {}
            for table in tables:
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
                row = connection.execute(query).fetchone()
                assert row is not None
                found[table] = row[0]
            return found

    def query(self, statement: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Return rows, as the owner sees them."""
        with psycopg.connect(self.urls.owner) as connection:
            return connection.execute(statement, values).fetchall()

    async def staff(self, role: Role = Role.STAFF_OPERATIONS) -> Caller:
        """Make a member of staff and log in."""
        return Caller(self.http, await self._log_in(UserKind.STAFF, role))

    async def service(self) -> Caller:
        """Make another system that books in the ledger, and log in."""
        return Caller(self.http, await self._log_in(UserKind.SERVICE, Role.SERVICE))

    async def customer(self, firm: Firm | None = None) -> Customer:
        """Make a firm a customer, as operations would, and log its user in."""
        firm = firm or next(self._firms)
        operations = await self.staff()
        party = await operations.post(
            "/parties",
            {
                "kind": "organisation",
                "name": firm.name,
                "registration_number": firm.registration_number,
            },
        )
        async with self.database.write() as tx:
            await parties.set_level(
                tx,
                party_id=UUID(party["id"]),
                level=parties.Level.FULL,
                reason="测试客户",
                changed_by=None,
                at=now(),
            )
        headers = await self._log_in(UserKind.CUSTOMER, Role.CUSTOMER, [UUID(party["id"])])
        return Customer(self.http, headers, firm=firm, party_id=party["id"])

    async def _log_in(
        self, kind: UserKind, role: Role, party_ids: Sequence[UUID] = ()
    ) -> dict[str, str]:
        login = f"{kind.value}-{next(self._numbers)}"
        async with self.database.write() as tx:
            await identity.create_user(
                tx,
                login=login,
                password=PASSWORD,
                name="测试用户",
                kind=kind,
                roles=[role],
                party_ids=party_ids,
                at=now(),
            )
        answer = await self.http.post(
            "/api/v1/identity/tokens", data={"username": login, "password": PASSWORD}
        )
        return {"Authorization": f"Bearer {done(answer)['access_token']}"}

    async def work(self) -> None:
        """Run the jobs that are due and tell whoever depends on consents, as the worker would."""
        load_jobs()
        await jobs.drain(self.database)
        await outbox.Relay(self.database, [lending.consumer(), sources.consumer()]).drain()

    def let_time_pass(self) -> None:
        """Make every waiting job due."""
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute(
                "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"
            )


def done(response: httpx2.Response) -> Any:
    """Return the document of an answer that must be a success."""
    assert response.is_success, f"{response.status_code} {response.text}"
    return response.json() if response.content else None


def problem(response: httpx2.Response) -> tuple[int, str]:
    """Return status and code of an answer that must be a problem document in words."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["type"] == f"urn:tongbao:problem:{body['code']}"
    assert "{" not in body["title"] + body.get("detail", "")
    return response.status_code, body["code"]


def settings(urls: Urls, **more: Any) -> Settings:
    """Return the settings of a test's application, whatever the environment says."""
    return Settings(
        environment="test",
        database_url=urls.app,
        migration_database_url=urls.owner,
        tax_office_token=TOKEN,
        message_gateway_token=SECRET_KEY,
        secret_key=SECRET_KEY,
        business_registry_token=TOKEN,
        identity_bureau_token=TOKEN,
        face_service_token=TOKEN,
        log_level="warning",
        queue_delay_ms_max=60_000,  # how busy the machine is, is no property of the code
        stream_seconds_max=0,  # whoever asks for every address gets an answer that ends
        **{"data_dir": Path(gettempdir()) / "tongbao-test-data", **more},
    )


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    book = FirmBook(Likenesses(sandbox.load()))
    with running(create_sandbox(book=book, token=TOKEN, identity_token=TOKEN)) as url:
        yield Outside(url, book)


@pytest.fixture(scope="session")
def trained() -> rating.Training:
    """A scorecard of made-up firms, measured less often than a real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "REPEATS", 1)
        return rating.train(training.samples_of(sandbox.load(count=120)))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bank(
    fresh_database: Callable[..., Urls], outside: Outside, trained: rating.Training
) -> AsyncIterator[Bank]:
    """The application on a database of this test file's own, with an active scorecard."""
    urls = fresh_database()
    address = f"{outside.url}/tax"
    chosen = settings(
        urls,
        tax_office_url=address,
        business_registry_url=f"{outside.url}/registry",
        identity_bureau_url=f"{outside.url}/bureau",
        face_service_url=f"{outside.url}/face",
    )
    with own_logs():
        app = create_app(chosen)
    parties_jobs.ask(parties.connect_outside(chosen, limits=parties.AskingLimits(attempts_max=1)))
    lending_jobs.ask(sources.connect_tax_office(base_url=address, token=TOKEN, limits=LIMITS))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://bank") as http,
    ):
        made = Bank(app, urls, outside, http, iter(outside.book.firms), count(1))
        async with made.database.write() as tx:
            await rating.store_model(tx, training=trained, activate=True, at=now())
        yield made
