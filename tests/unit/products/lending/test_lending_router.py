"""`/api/v1/lending`, end to end: HTTP, the job, the sandbox's tax office, the ledger; committed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest
from fastapi import FastAPI

from tests.support.step_up import confirmed
from tests.unit.products.lending.conftest import (
    AT,
    Customer,
    Office,
    activate_model,
    actor_for,
    deactivate_models,
    kinds,
    new_customer,
    withdraw,
)
from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.identity.domain import PERMISSIONS, Role
from tongbao.infra import jobs as infra_jobs
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.guards import assert_all_routes_guarded
from tongbao.infra.jobs import JobContext
from tongbao.infra.web import install
from tongbao.kernel.clock import now
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.lending import jobs
from tongbao.products.lending.router import READ_ANY, api

URL = "/api/v1/lending"
serial = count()
good, low = count(), count()


def a_good_firm() -> str:
    """Return the code of a firm nobody has used; what is committed here stays."""
    return (kinds().good[2:] + kinds().capped[2:])[next(good)]


def a_low_grade() -> str:
    return kinds().low_grade[2:][next(low)]


@dataclass
class Client:
    """A caller of the API."""

    http: httpx2.AsyncClient
    headers: dict[str, str]
    actor: Actor
    database: Database

    async def get(self, path: str, **parameters: str | int) -> httpx2.Response:
        return await self.http.get(f"{URL}{path}", params=parameters, headers=self.headers)

    async def post(self, path: str, body: object, *, key: str | None = None) -> httpx2.Response:
        headers = self.headers | {"Idempotency-Key": key or str(new_id())}
        return await self.http.post(f"{URL}{path}", json=body, headers=headers)

    async def sign(self, path: str, body: object, *, key: str | None = None) -> httpx2.Response:
        """Post what is asked to be confirmed first, and confirm it."""
        refused = await self.post(path, body, key=key)
        if refused.status_code != 403:
            return refused
        token = await confirmed(self.database, self.actor, refused.json()["action"])
        again = replace(self, headers=self.headers | {"Step-Up-Token": token})
        return await again.post(path, body, key=key)


NewClient = Callable[[Actor], Client]


@pytest.fixture
def actors() -> dict[str, Actor]:
    return {}


@pytest.fixture
async def http(database: Database, actors: dict[str, Actor]) -> AsyncIterator[httpx2.AsyncClient]:
    async def authenticate(_session: ReadSession, token: str, _at: datetime) -> Actor | None:
        return actors.get(token)

    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.database = database
    app.state.authenticate = authenticate
    app.include_router(api)
    install(app)
    assert_all_routes_guarded(app)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.fixture
def client_of(http: httpx2.AsyncClient, actors: dict[str, Actor], database: Database) -> NewClient:
    def make(actor: Actor) -> Client:
        token = f"lending-{next(serial)}"
        actors[token] = actor
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return Client(http, headers, actor, database)

    return make


@pytest.fixture
async def bank(database: Database, office: Office) -> AsyncIterator[Office]:
    """A model in use and a tax office to ask, for what is committed here."""
    async with database.write() as tx:
        await activate_model(tx)
    jobs.ask(office.gateway())
    yield office
    async with database.write() as tx:
        await deactivate_models(tx)


async def customer_of(database: Database, code: str) -> Customer:
    async with database.write() as tx:
        return await new_customer(tx, code)


async def work(database: Database, application_id: str) -> None:
    await jobs.process(JobContext(database=database, at=now()), application_id=application_id)


def problem(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    return response.status_code, body["code"]


@dataclass
class Offered:
    """An approved application and who may accept it."""

    customer: Customer
    client: Client
    id: str
    detail: dict[str, Any]

    @property
    def limit(self) -> str:
        return str(self.detail["offer"]["limit"]["amount"])

    async def acceptance(self, amount: str, language: str = "zh") -> dict[str, object]:
        shown = await self.client.get(
            f"/applications/{self.id}/agreement", amount=amount, language=language
        )
        assert shown.status_code == 200, shown.text
        return {
            "amount": {"amount": amount, "currency": "CNY"},
            "language": language,
            "text_digest": shown.json()["text_digest"],
        }


async def offered(database: Database, client_of: NewClient, code: str) -> Offered:
    customer = await customer_of(database, code)
    client = client_of(customer.actor)
    response = await client.post("/applications", {"account_id": str(customer.account.id)})
    assert response.status_code == 202, response.text
    await work(database, response.json()["id"])
    detail = (await client.get(f"/applications/{response.json()['id']}")).json()
    assert detail["state"] == "approved", detail
    return Offered(customer, client, detail["id"], detail)


@pytest.mark.usefixtures("bank")
async def test_from_application_to_money(database: Database, client_of: NewClient) -> None:
    offer = await offered(database, client_of, a_good_firm())
    detail = offer.detail
    assert detail["data"]["row_count"] > 0
    assert detail["decision"]["rating"]["grade"] in {"A", "B", "C"}
    assert len(detail["decision"]["features"]) >= 12
    lines = detail["offer"]["limit_lines"]
    total = sum((Money.parse(line["amount"]["amount"], "CNY") for line in lines), Money.zero("CNY"))
    assert total.text == offer.limit
    assert [step["to_state"] for step in detail["steps"]] == ["submitted", "collecting", "approved"]

    body = await offer.acceptance("250000.00")
    key = str(new_id())
    accepted = await offer.client.sign(f"/applications/{offer.id}/acceptance", body, key=key)
    assert accepted.status_code == 201, accepted.text
    loan = accepted.json()
    assert loan["outstanding"] == loan["principal"] == {"amount": "250000.00", "currency": "CNY"}
    assert loan["day_count"] == "ACT/360"
    again = await offer.client.post(f"/applications/{offer.id}/acceptance", body, key=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == loan
    other = await offer.client.post(f"/applications/{offer.id}/acceptance", body)
    assert problem(other) == (409, "lending.already_accepted")

    read = await offer.client.http.get(accepted.headers["location"], headers=offer.client.headers)
    assert read.json() == loan
    assert (await offer.client.get("/loans")).json() == {"items": [loan], "next": None}
    assert (await offer.client.get(f"/applications/{offer.id}")).json()["loan_id"] == loan["id"]
    async with database.read() as tx:
        balance = await accounts.balance(tx, offer.customer.account.id)
    assert balance.available == Money.parse("250000.00", "CNY")


@pytest.mark.usefixtures("bank")
async def test_a_signature_is_confirmed_for_these_very_words(
    database: Database, client_of: NewClient
) -> None:
    offer = await offered(database, client_of, a_good_firm())
    path = f"/applications/{offer.id}/acceptance"
    body, other = await offer.acceptance("60000.00"), await offer.acceptance("70000.00")
    refused = await offer.client.post(path, body)
    assert problem(refused) == (403, "identity.step_up_required")
    asked = refused.json()["action"]
    assert asked == {
        "kind": "lending.accept",
        "facts": {
            "application_id": offer.id,
            "amount": "60000.00",
            "currency": "CNY",
            "language": "zh",
            "text_digest": body["text_digest"],
        },
    }
    token = await confirmed(database, offer.customer.actor, asked)
    with_token = replace(offer.client, headers=offer.client.headers | {"Step-Up-Token": token})
    assert problem(await with_token.post(path, other)) == (403, "identity.step_up_required")
    stranger = client_of(replace(offer.customer.actor, id=new_id()))
    stolen = replace(stranger, headers=stranger.headers | {"Step-Up-Token": token})
    assert problem(await stolen.post(path, body)) == (403, "identity.step_up_required")
    altered = body | {"text_digest": "0" * 64}
    assert problem(await with_token.post(path, altered)) == (
        422,
        "agreements.agreement_text_mismatch",
    )
    loan = await with_token.post(path, body)
    assert loan.status_code == 201, loan.text
    async with database.read() as tx:
        evidence = await agreements.signing_evidence(tx, UUID(loan.json()["agreement_id"]))
    assert evidence is not None
    assert evidence.step_up_id is not None


@pytest.mark.usefixtures("bank")
async def test_the_same_offer_at_the_same_time_pays_once(
    database: Database, client_of: NewClient
) -> None:
    offer = await offered(database, client_of, a_good_firm())
    body = await offer.acceptance("50000.00")
    answers = await asyncio.gather(
        *(offer.client.sign(f"/applications/{offer.id}/acceptance", body) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    async with database.read() as tx:
        balance = await accounts.balance(tx, offer.customer.account.id)
    assert balance.available == Money.parse("50000.00", "CNY")


async def test_applying_twice_at_the_same_time_leaves_one(
    database: Database, client_of: NewClient
) -> None:
    customer = await customer_of(database, a_good_firm())
    client = client_of(customer.actor)
    body = {"account_id": str(customer.account.id)}
    answers = await asyncio.gather(*(client.post("/applications", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    conflict = next(answer for answer in answers if answer.status_code == 409)
    assert problem(conflict) == (409, "lending.application_open")


@pytest.mark.usefixtures("bank")
async def test_two_workers_at_once_decide_once(database: Database, client_of: NewClient) -> None:
    customer = await customer_of(database, a_good_firm())
    client = client_of(customer.actor)
    made = await client.post("/applications", {"account_id": str(customer.account.id)})
    await asyncio.gather(*(work(database, made.json()["id"]) for _ in range(3)))
    detail = (await client.get(f"/applications/{made.json()['id']}")).json()
    assert detail["state"] == "approved"
    assert [step["to_state"] for step in detail["steps"]].count("approved") == 1
    await work(database, made.json()["id"])
    assert (await client.get(f"/applications/{made.json()['id']}")).json() == detail


@pytest.mark.usefixtures("bank")
async def test_the_worker_finds_the_job_by_itself(
    database: Database, client_of: NewClient, owner_url: str
) -> None:
    customer = await customer_of(database, a_good_firm())
    client = client_of(customer.actor)
    with psycopg.connect(owner_url) as connection:  # what hundreds of other tests left undone
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE status = 'todo'"
        )
    made = await client.post("/applications", {"account_id": str(customer.account.id)})
    await infra_jobs.drain(database)
    detail = (await client.get(f"/applications/{made.json()['id']}")).json()
    assert detail["state"] == "approved"


@pytest.mark.usefixtures("bank")
async def test_a_refusal_says_why_in_both_languages(
    database: Database, client_of: NewClient
) -> None:
    customer = await customer_of(database, a_low_grade())
    client = client_of(customer.actor)
    made = await client.post("/applications", {"account_id": str(customer.account.id)})
    await work(database, made.json()["id"])
    english = (await client.get(f"/applications/{made.json()['id']}")).json()
    client.headers["Accept-Language"] = "zh-CN"
    chinese = (await client.get(f"/applications/{made.json()['id']}")).json()
    assert english["state"] == chinese["state"] == "refused"
    assert english["offer"] is None
    (reason,) = english["decision"]["reasons"]
    assert reason["code"] == chinese["decision"]["reasons"][0]["code"] == "lending.grade_too_low"
    assert "Grade" in reason["text"]
    assert "等级" in chinese["decision"]["reasons"][0]["text"]
    assert english["decision"]["rating"]["reasons"]
    assert english["decision"]["rating"]["reasons"] != chinese["decision"]["rating"]["reasons"]


async def test_an_application_that_waits_says_so(
    database: Database, bank: Office, client_of: NewClient
) -> None:
    customer = await customer_of(database, a_good_firm())
    await bank.misbehave("down", registration_number=customer.party.registration_number)
    client = client_of(customer.actor)
    made = await client.post("/applications", {"account_id": str(customer.account.id)})
    await work(database, made.json()["id"])
    detail = (await client.get(f"/applications/{made.json()['id']}")).json()
    assert detail["state"] == "waiting"
    assert detail["next_attempt_at"] is not None
    assert detail["reason"]["code"] == "lending.waiting_for_source"
    await bank.behave()
    await work(database, made.json()["id"])
    assert (await client.get(f"/applications/{made.json()['id']}")).json()["state"] == "approved"


@pytest.mark.usefixtures("bank")
async def test_strangers_see_nothing(database: Database, client_of: NewClient) -> None:
    offer = await offered(database, client_of, a_good_firm())
    stranger = client_of(actor_for(new_id()))
    body = await offer.acceptance("50000.00")
    for answer in (
        await stranger.get(f"/applications/{offer.id}"),
        await stranger.get(f"/applications/{offer.id}/agreement", amount="50000.00"),
        await stranger.post(f"/applications/{offer.id}/acceptance", body),
        await stranger.get(f"/applications/{new_id()}"),
    ):
        assert problem(answer) == (404, "lending.unknown_application")
    applying = await stranger.post("/applications", {"account_id": str(offer.customer.account.id)})
    assert problem(applying) == (404, "accounts.unknown_account")
    assert problem(await stranger.get(f"/loans/{new_id()}")) == (404, "lending.unknown_loan")
    for path in ("/applications", "/loans"):
        assert (await stranger.get(path)).json() == {"items": [], "next": None}
    replay = await stranger.get(f"/decisions/{offer.detail['decision']['id']}/replay")
    assert problem(replay) == (403, "auth.forbidden")
    review = await stranger.post(
        f"/applications/{offer.id}/review", {"verdict": "refuse", "note": "x"}
    )
    assert problem(review) == (403, "auth.forbidden")


async def test_staff_reads_replays_and_reviews_but_does_not_borrow(
    database: Database, bank: Office, client_of: NewClient
) -> None:
    customer = await customer_of(database, a_good_firm())
    await bank.misbehave("wrong_totals", registration_number=customer.party.registration_number)
    client = client_of(customer.actor)
    made = await client.post("/applications", {"account_id": str(customer.account.id)})
    application_id = made.json()["id"]
    await work(database, application_id)
    clerk = client_of(actor_for(kind="staff", roles=[Role.STAFF_RISK]))
    detail = (await clerk.get(f"/applications/{application_id}")).json()
    assert detail["state"] == "referred"
    assert application_id in [
        each["id"] for each in (await clerk.get("/applications", limit=200)).json()["items"]
    ]
    replay = await clerk.get(f"/decisions/{detail['decision']['id']}/replay")
    assert replay.json()["equal"]
    assert problem(await clerk.get(f"/decisions/{new_id()}/replay")) == (
        404,
        "lending.unknown_decision",
    )
    applying = await clerk.post("/applications", {"account_id": str(customer.account.id)})
    assert problem(applying) == (403, "auth.forbidden")
    await bank.behave()
    verdict = {"verdict": "collect_again", "note": "数据已更正"}
    reviewed = await clerk.post(f"/applications/{application_id}/review", verdict)
    assert reviewed.json()["state"] == "submitted"
    await work(database, application_id)
    detail = (await clerk.get(f"/applications/{application_id}")).json()
    assert detail["state"] == "approved"
    again = await clerk.post(f"/applications/{application_id}/review", verdict)
    assert problem(again) == (409, "lending.illegal_transition")


async def test_refusals_at_the_edge(database: Database, client_of: NewClient) -> None:
    customer = await customer_of(database, a_low_grade())
    client = client_of(customer.actor)
    account = {"account_id": str(customer.account.id)}
    for body in (
        {},
        account | {"term_months": 13},
        account | {"term_months": "12"},
        account | {"requested": {"amount": "1e5", "currency": "CNY"}},
        account | {"requested": {"amount": 50000, "currency": "CNY"}},
        account | {"more": 1},
    ):
        assert problem(await client.post("/applications", body)) == (422, "request.invalid")
    outside = account | {"requested": {"amount": "1.00", "currency": "CNY"}}
    answer = await client.post("/applications", outside)
    assert problem(answer) == (422, "lending.request_out_of_range")
    async with database.write() as tx:
        await withdraw(tx, customer.consent)
    answer = await client.post("/applications", account)
    assert problem(answer) == (422, "agreements.consent_missing")
    without_key = await client.http.post(
        f"{URL}/applications", json=account, headers=client.headers
    )
    assert problem(without_key) == (400, "idempotency.key_required")
    for amount in ("x", "1e5", "1.001", "-"):
        answer = await client.get(f"/applications/{new_id()}/agreement", amount=amount)
        assert answer.status_code in {404, 422}
        problem(answer)


async def test_pages_go_on_where_they_ended(database: Database, client_of: NewClient) -> None:
    customer = await customer_of(database, a_low_grade())
    client = client_of(customer.actor)
    await client.post("/applications", {"account_id": str(customer.account.id)})
    first = (await client.get("/applications", limit=1)).json()
    assert len(first["items"]) == 1
    assert first["next"] is None
    for path in ("/applications", "/loans"):
        assert problem(await client.get(path, after="nonsense")) == (422, "page.bad_cursor")


@pytest.mark.usefixtures("bank")
async def test_offers_expire_by_a_job(database: Database, client_of: NewClient) -> None:
    offer = await offered(database, client_of, a_good_firm())
    await jobs.expire_offer(JobContext(database=database, at=AT), application_id=offer.id)
    assert (await offer.client.get(f"/applications/{offer.id}")).json()["state"] == "approved"


def test_the_tax_office_is_the_one_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_asked", [])
    monkeypatch.setenv("TONGBAO_TAX_OFFICE_URL", "http://127.0.0.1:9/tax")
    assert getattr(jobs._tax_office(), "base_url", None) == "http://127.0.0.1:9/tax"
    assert jobs._tax_office() is jobs._tax_office()


def test_permissions_exist() -> None:
    assert {READ_ANY, "lending:apply", "lending:accept", "lending:decide"} <= PERMISSIONS


def errors(base: type[TongbaoError]) -> set[type[TongbaoError]]:
    return {base}.union(*(errors(kind) for kind in base.__subclasses__()))


def test_every_error_of_lending_speaks_both_languages() -> None:
    ours = [kind for kind in errors(TongbaoError) if kind.code.startswith("lending.")]
    assert len(ours) >= 13
    assert len({kind.code for kind in ours}) == len(ours)
    for kind in ours:
        assert kind.title.zh != kind.title.en
