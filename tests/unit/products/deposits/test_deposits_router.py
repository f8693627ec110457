"""`/api/v1/deposits` over HTTP, by journeys: each day is the one the clock says."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.support.deposits import (
    Saver,
    end_day,
    new_saver,
    noon,
    post_demand,
    post_rates,
)
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role, permissions
from tongbao.infra.auth import Actor, ActorKind
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.guards import assert_all_routes_guarded
from tongbao.infra.proposals.router import api as proposals
from tongbao.infra.web import install, unit_of_work
from tongbao.kernel.ids import new_id
from tongbao.products.deposits.router import api

URL = "/api/v1/deposits"
START = date(2026, 1, 7)
DAY = timedelta(days=1)


@dataclass
class Clock:
    """What the bank takes for now."""

    at: datetime

    def turn_to(self, day: date) -> None:
        self.at = noon(day)


@dataclass
class Client:
    """A caller of the API."""

    http: httpx2.AsyncClient
    headers: dict[str, str]
    saver: Saver | None = None

    async def ask(
        self, method: str, path: str = "", *, body: object = None, **query: Any
    ) -> httpx2.Response:
        headers = self.headers | {"Idempotency-Key": str(new_id()), "Accept-Language": "en"}
        return await self.http.request(
            method, f"{URL}{path}", json=body, params=query, headers=headers
        )

    async def get(self, path: str = "", **query: Any) -> Any:
        return done(await self.ask("GET", path, **query))

    async def post(self, path: str, body: object = None) -> Any:
        return done(await self.ask("POST", path, body=body))

    async def open(self, product: str, amount: str, **more: Any) -> Any:
        """Read the agreement, sign it, and return the deposit."""
        assert self.saver is not None
        wanted = {"product": product, "account_id": str(self.saver.account.id), **more}
        agreement = await self.get("/agreement", amount=amount, **wanted)
        assert product.partition("_")[0] in agreement["template"]
        assert amount in agreement["text"]
        return await self.post(
            "",
            {
                **wanted,
                "amount": cny(amount),
                "language": agreement["language"],
                "text_digest": agreement["text_digest"],
            },
        )

    async def balance(self, database: Database) -> str:
        assert self.saver is not None
        async with database.read() as tx:
            return (await accounts.balance(tx, self.saver.account.id)).booked.text


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def done(response: httpx2.Response) -> Any:
    assert response.is_success, response.text
    return response.json()


def problem(response: httpx2.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(noon(START))
    monkeypatch.setattr(unit_of_work, "now", lambda: made.at)
    return made


@pytest.fixture
def actors() -> dict[str, Actor]:
    return {}


@pytest.fixture
async def http(
    database: Database, actors: dict[str, Actor], clock: Clock
) -> AsyncIterator[httpx2.AsyncClient]:
    async def authenticate(_session: ReadSession, token: str, _at: datetime) -> Actor | None:
        return actors.get(token)

    async def find_actor(_session: ReadSession, user_id: Any, _at: datetime) -> Actor | None:
        return next((each for each in actors.values() if each.id == user_id), None)

    assert clock.at == noon(START)
    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.database = database
    app.state.authenticate = authenticate
    app.state.find_actor = find_actor
    app.include_router(api)
    app.include_router(proposals)
    install(app)
    assert_all_routes_guarded(app)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.fixture
def client_of(http: httpx2.AsyncClient, actors: dict[str, Actor]) -> Callable[..., Client]:
    def make(actor: Actor, saver: Saver | None = None) -> Client:
        token = f"deposits-{actor.id}"
        actors[token] = actor
        return Client(http, {"Authorization": f"Bearer {token}"}, saver)

    return make


@pytest.fixture
async def client(database: Database, client_of: Callable[..., Client]) -> Client:
    async with database.write() as tx:
        await post_rates(tx)
        await post_demand(tx)
        saver = await new_saver(tx)
    return client_of(saver.actor, saver)


@pytest.fixture
def staff(client_of: Callable[..., Client]) -> Callable[[Role], Client]:
    def make(role: Role) -> Client:
        kind: ActorKind = "staff"
        actor = Actor(id=new_id(), kind=kind, name="测试", permissions=permissions([role]))
        return client_of(actor)

    return make


async def ended(database: Database, day: date) -> None:
    async with database.write() as tx:
        await end_day(tx, day)


async def test_what_was_calculated_is_what_a_time_deposit_pays(
    database: Database, client: Client, clock: Clock
) -> None:
    offered = await client.http.get(f"{URL}/products", headers={"Accept-Language": "zh"})
    product = next(each for each in done(offered)["items"] if each["code"] == "time_3m")
    assert product["title"] == "整存整取三个月"
    terms = next(
        each
        for each in product["terms"]
        if (each["holder"], each["minimum"]["currency"]) == ("person", "CNY")
    )
    assert (terms["annual_rate"], terms["minimum"]) == ("0.0065", cny("50.00"))
    calculated = done(
        await client.http.get(
            f"{URL}/calculation", params={"product": "time_3m", "amount": "10000.00"}
        )
    )
    assert (calculated["ends_on"], calculated["pays"]["total"]) == ("2026-04-07", cny("10016.25"))
    assert calculated["daily_interest"] == cny("0.18")  # 10000.00 x 0.65 % / 360 = 0.1805...
    deposit = await client.open("time_3m", "10000.00")
    assert await client.balance(database) == "990000.00"
    await ended(database, START)
    detail = await client.get(f"/{deposit['id']}")
    assert detail["earned"] == cny("0.00")
    clock.turn_to(date(2026, 4, 7))
    await ended(database, date(2026, 4, 6))
    paid = await client.get(f"/{deposit['id']}")
    assert (paid["state"], paid["withdrawn_today"]) == ("paid_out", None)
    (payout,) = paid["payouts"]
    assert payout["lines"] == calculated["pays"]["lines"]
    assert await client.balance(database) == "1000016.25"


async def test_a_renewal_keeps_the_number(database: Database, client: Client, clock: Clock) -> None:
    deposit = await client.open("time_3m", "10000.00")
    changed = await client.ask(
        "PUT", f"/{deposit['id']}/instruction", body={"instruction": "renew_all"}
    )
    assert done(changed)["instruction"] == "renew_all"
    clock.turn_to(date(2026, 4, 7))
    late = await client.ask("PUT", f"/{deposit['id']}/instruction", body={"instruction": "hold"})
    assert problem(late) == (409, "deposits.too_late_to_change")
    await ended(database, date(2026, 4, 6))
    page = await client.get("", party_id=deposit["party_id"])
    now, before = page["items"]
    assert (before["state"], now["renewed_from"]) == ("renewed", before["id"])
    assert (now["number"], now["sequence"]) == (deposit["number"], 2)
    assert now["principal"] == cny("10016.25")


async def test_breaking_pays_what_the_quote_said(
    database: Database, client: Client, clock: Clock
) -> None:
    deposit = await client.open("time_1y", "100000.00")
    path = f"/{deposit['id']}"
    clock.turn_to(START + 36 * DAY)
    await ended(database, START + 35 * DAY)
    quote = await client.get(f"{path}/quote", amount="40000.00")
    assert quote["lines"][0]["formula"] == "1440000.00 × 0.05% / 360"
    part = await client.post(f"{path}/withdrawals", {"amount": cny("40000.00")})
    assert part["paid"] == quote
    assert (part["deposit"]["state"], part["deposit"]["principal"]) == ("open", cny("60000.00"))
    again = await client.ask("POST", f"{path}/withdrawals", body={"amount": cny("1.00")})
    assert problem(again) == (422, "deposits.part_not_possible")
    rest = await client.post(f"{path}/withdrawals", {})
    assert (rest["deposit"]["state"], rest["paid"]["interest"]) == ("broken", cny("3.00"))
    assert await client.balance(database) == "1000005.00"
    over = await client.ask("POST", f"{path}/withdrawals", body={})
    assert problem(over) == (409, "deposits.deposit_ended")


async def test_a_plan_with_a_missed_month(database: Database, client: Client, clock: Clock) -> None:
    deposit = await client.open("instalment_1y", "1000.00")
    path = f"/{deposit['id']}"
    early = await client.ask("POST", f"{path}/instalments")
    assert problem(early) == (409, "deposits.not_due_yet")
    clock.turn_to(date(2026, 3, 20))  # the one of February is missing, and March's
    for _ in range(2):
        await client.post(f"{path}/instalments")
    detail = await client.get(path)
    paid_on = [each["paid_on"] for each in detail["instalments"]]
    assert paid_on == ["2026-01-07", "2026-03-20", "2026-03-20", *[None] * 9]
    # 1000 × (12 + 10 + 10) products
    assert detail["at_maturity"]["lines"][0]["formula"] == "32000.00 × 0.65% / 12"
    assert detail["lapsed_on"] is None


async def test_a_notice_deposit(database: Database, client: Client, clock: Clock) -> None:
    deposit = await client.open("notice_7d", "150000.00")
    path = f"/{deposit['id']}"
    soon = await client.ask(
        "POST", f"{path}/notices", body={"amount": cny("50000.00"), "draws_on": "2026-01-13"}
    )
    assert problem(soon) == (422, "deposits.notice_day_out_of_range")
    body = {"amount": cny("50000.00"), "draws_on": "2026-02-12"}
    first = await client.post(f"{path}/notices", body)
    twice = await client.ask("POST", f"{path}/notices", body=body)
    assert problem(twice) == (409, "deposits.notice_open")
    await client.post(f"{path}/notices/{first['id']}/cancellation")
    await client.post(f"{path}/notices", body)
    clock.turn_to(date(2026, 2, 12))
    drawn = await client.post(f"{path}/withdrawals", {"amount": cny("50000.00")})
    # 36 days less the seven of the notice that was cancelled, at 0.30 %
    assert drawn["paid"]["interest"] == cny("12.08")
    assert drawn["deposit"]["principal"] == cny("100000.00")


async def test_a_large_sum_is_confirmed(client: Client) -> None:
    assert client.saver is not None
    wanted = {"product": "time_5y", "account_id": str(client.saver.account.id)}
    agreement = await client.get("/agreement", amount="200000.00", **wanted)
    body = {**wanted, "amount": cny("200000.00"), "text_digest": agreement["text_digest"]}
    body["language"] = agreement["language"]
    refused = await client.ask("POST", body=body)
    assert problem(refused) == (403, "identity.step_up_required")
    assert refused.json()["action"]["kind"] == "deposits.open.large"
    assert refused.json()["action"]["facts"]["amount"] == "200000.00"


async def test_a_rate_takes_two_people(
    client: Client, clock: Clock, staff: Callable[[Role], Client]
) -> None:
    product, compliance = staff(Role.STAFF_PRODUCT), staff(Role.STAFF_COMPLIANCE)
    clock.turn_to(date(2026, 6, 2))
    body = {
        "product": "time_6m",
        "currency": "CNY",
        "annual_rate": "0.0111",
        "valid_from": "2026-06-02",
        "reason": "测试",
    }
    refused = await client.ask("POST", "/rates", body=body)
    assert problem(refused) == (403, "auth.forbidden")
    late = await product.ask("POST", "/rates", body=body | {"valid_from": "2026-06-01"})
    assert problem(late) == (422, "deposits.rate_not_in_order")
    high = await product.ask("POST", "/rates", body=body | {"annual_rate": "0.2501"})
    assert problem(high) == (422, "deposits.rate_out_of_range")
    proposal = await product.post("/rates", body)
    approved = await compliance.http.post(
        f"/api/v1/proposals/{proposal['id']}/approval",
        json={"digest": proposal["digest"]},
        headers=compliance.headers,
    )
    assert done(approved)["state"] == "executed"
    items = done(await client.http.get(f"{URL}/products"))["items"]
    changed = next(each for each in items if each["code"] == "time_6m")
    rates = {each["minimum"]["currency"]: each["annual_rate"] for each in changed["terms"]}
    assert (rates["CNY"], rates["USD"]) == ("0.0111", "0.0085")


async def test_nobody_sees_or_touches_anothers_deposit(
    database: Database,
    client: Client,
    client_of: Callable[..., Client],
    staff: Callable[[Role], Client],
) -> None:
    deposit = await client.open("time_3m", "100.00")
    path = f"/{deposit['id']}"
    async with database.write() as tx:
        other = await new_saver(tx)
    stranger = client_of(other.actor, other)
    unknown = (404, "deposits.unknown_deposit")
    for method, tail, body in (
        ("GET", "", None),
        ("GET", "/quote", None),
        ("GET", "/certificate", None),
        ("POST", "/withdrawals", {}),
        ("POST", "/instalments", None),
        ("PUT", "/instruction", {"instruction": "hold"}),
        ("POST", "/notices", {"amount": cny("50000.00"), "draws_on": "2026-02-12"}),
        ("POST", f"/notices/{new_id()}/cancellation", None),
    ):
        assert problem(await stranger.ask(method, path + tail, body=body)) == unknown
    assert (await stranger.get())["items"] == []
    auditor = staff(Role.AUDITOR)
    assert (await auditor.get(path))["id"] == deposit["id"]
    certificate = await auditor.get(f"{path}/certificate")
    assert (certificate["holder_name"], certificate["principal"]) == ("储户", cny("100.00"))
    refused = await auditor.ask("POST", f"{path}/withdrawals", body={})
    assert problem(refused) == (403, "auth.forbidden")


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": cny("10000.001")},
        {"amount": cny("-1.00")},
        {"amount": cny("0.00")},
        {"amount": {"amount": 100, "currency": "CNY"}},
        {"amount": cny("99999999999999999999.00")},
        {"amount": {"amount": "100.00", "currency": "XXX"}},
        {"amount": {"amount": "10000", "currency": "JPY"}},
        {"product": ""},
        {"product": "time_1y\u0000"},
        {"instruction": "burn"},
        {"account_id": "1"},
        {"text_digest": "0" * 64},
        {"more": 1},
    ],
)
async def test_hostile_orders_open_nothing(
    database: Database, client: Client, facts: dict[str, object]
) -> None:
    assert client.saver is not None
    body = {
        "product": "time_3m",
        "account_id": str(client.saver.account.id),
        "amount": cny("10000.00"),
        "text_digest": "1" * 64,
        **facts,
    }
    refused = await client.ask("POST", body=body)
    assert problem(refused)[0] in {400, 404, 409, 422}
    assert await client.balance(database) == "1000000.00"
    assert (await client.get())["items"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"product": "nothing", "amount": "100.00"}, "deposits.unknown_product"),
        ({"product": "time_1y", "amount": "1.00"}, "deposits.amount_out_of_range"),
        ({"product": "time_1y", "amount": "1e5"}, None),
        ({"product": "time_3y", "amount": "100.00", "currency": "USD"}, "deposits.not_offered"),
        (
            {"product": "time_1y", "amount": "99.00", "until": "2027-01-01"},
            "deposits.until_needed",
        ),
        ({"product": "notice_7d", "amount": "50000.00"}, "deposits.until_needed"),
        (
            {"product": "notice_7d", "amount": "50000.00", "until": "9999-12-31"},
            "deposits.until_needed",
        ),
        (
            {"product": "instalment_1y", "amount": "100.00", "holder": "organisation"},
            "deposits.not_for_this_holder",
        ),
    ],
)
async def test_a_calculation_that_makes_no_sense_says_why(
    client: Client, query: dict[str, str], code: str | None
) -> None:
    answer = await client.http.get(f"{URL}/calculation", params=query)
    status, found = problem(answer)
    assert status in {404, 422}
    assert code is None or found == code
