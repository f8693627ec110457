"""`/api/v1/channels`: what staff see and propose, and where channels call."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from tests.support.channel_gateways import Quiet
from tests.unit.core.conftest import Caller, Staff
from tongbao.core.channels import service as channels
from tongbao.core.channels.models import CallbackRow
from tongbao.core.channels.router import api as channels_api
from tongbao.core.channels.service import Observation
from tongbao.core.identity.domain import Role
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.proposals.router import api as proposals_api
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

PREFIX = "/api/v1/channels"
Gateways = dict[str, Quiet]
Ask = Callable[..., Any]
MONEY = {"amount": "0.00", "currency": "CNY"}


@pytest.fixture
async def http(
    app: FastAPI, gateways: Gateways, actors: dict[str, Actor]
) -> AsyncIterator[httpx2.AsyncClient]:
    async def find_actor(_session: ReadSession, user_id: UUID, _at: datetime) -> Actor | None:
        return next((each for each in actors.values() if each.id == user_id), None)

    app.state.find_actor = find_actor
    app.include_router(channels_api)
    app.include_router(proposals_api)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def operator(staff: Staff) -> Caller:
    return staff(Role.STAFF_OPERATIONS)


@pytest.fixture
def approver(staff: Staff) -> Caller:
    return staff(Role.STAFF_COMPLIANCE)


async def approve(http: httpx2.AsyncClient, answer: httpx2.Response, who: Caller) -> None:
    assert answer.status_code == 202, answer.text
    proposal = answer.json()
    decided = await http.post(
        f"/api/v1/proposals/{proposal['id']}/approval",
        json={"digest": proposal["digest"]},
        headers=who.headers,
    )
    assert decided.status_code == 200, decided.text


async def test_channels_are_listed_with_terms_and_condition(
    http: httpx2.AsyncClient, operator: Caller, database: Database, gateways: Gateways
) -> None:
    name = f"c-{new_id().hex[-12:]}"
    channels.configure(channels.Configuration(gateways={name: Quiet.like("card")}))
    async with database.write() as tx:
        await channels.observe(tx, [Observation(name, True, 40)], at=now())
    listed = (await http.get(PREFIX, headers=operator.headers)).json()["items"]
    (card,) = [each for each in listed if each["channel"] == name]
    assert card["title"] == "Card network"
    assert card["condition"] == {
        "circuit": "closed", "answers": 1, "good_percent": 100, "latency_ms": 40,
    }  # fmt: skip
    paid = next(each for each in card["operations"] if each["operation"] == "pay_out")
    assert paid["counterparty_kinds"] == ["card"]
    assert paid["terms"]["fee_fixed"] == {"amount": "1.00", "currency": "CNY"}


async def test_a_route_is_shown_with_its_reasons_in_both_languages(
    http: httpx2.AsyncClient, operator: Caller
) -> None:
    asked = {"operation": "pay_out", "amount": "100.00", "counterparty_kind": "card"}
    seen = (await http.get(f"{PREFIX}/route", params=asked, headers=operator.headers)).json()
    assert [each["channel"] for each in seen["candidates"]] == ["card", "bank"]
    assert {each["channel"] for each in seen["left_out"]} == {"wallet-a", "wallet-b"}
    assert seen["left_out"][0]["why"] == "does not do this"
    chinese = {**operator.headers, "Accept-Language": "zh"}
    seen = (await http.get(f"{PREFIX}/route", params=asked, headers=chinese)).json()
    assert seen["left_out"][0]["why"] == "不支持此业务"


@pytest.mark.parametrize("amount", ["-1.00", "0.001", "1e9", "NaN", "", "9" * 30])
async def test_an_amount_that_is_none_is_refused(
    http: httpx2.AsyncClient, operator: Caller, amount: str
) -> None:
    asked = {"operation": "pay_out", "amount": amount}
    answer = await http.get(f"{PREFIX}/route", params=asked, headers=operator.headers)
    if amount == "-1.00":  # an amount, and one that nobody takes
        assert answer.json()["candidates"] == []
    else:
        assert answer.status_code == 422


async def test_terms_hold_once_two_people_have_agreed(
    http: httpx2.AsyncClient, operator: Caller, approver: Caller, gateways: Gateways
) -> None:
    name = f"c-{new_id().hex[-12:]}"
    channels.configure(channels.Configuration(gateways={name: Quiet.like("card")}))
    terms = {"fee_fixed": {"amount": "3.00", "currency": "CNY"}, "fee_rate": "0.001",
             "fee_min": MONEY, "amount_min": MONEY, "opens": "08:30", "closes": "22:00",
             "amount_max": {"amount": "500.00", "currency": "CNY"}}  # fmt: skip
    path, body = f"{PREFIX}/{name}/terms/pay_out", {"terms": terms, "reason": "新价"}
    refused = await http.put(path, json=body, headers=approver.headers)
    assert refused.status_code == 403
    held = await http.put(path, json=body, headers=operator.headers)
    await approve(http, held, approver)
    listed = (await http.get(PREFIX, headers=operator.headers)).json()["items"]
    paid = next(each for each in listed[0]["operations"] if each["operation"] == "pay_out")
    assert paid["terms"]["opens"] == "08:30"
    assert paid["terms"]["fee_fixed"]["amount"] == "3.00"


@pytest.mark.parametrize(
    "changed",
    [
        {"fee_rate": "1"},
        {"fee_rate": "-0.1"},
        {"fee_fixed": {"amount": "-1.00", "currency": "CNY"}},
        {"fee_fixed": {"amount": "1.00", "currency": "USD"}},
        {"fee_max": {"amount": "1.00", "currency": "CNY"},
         "fee_min": {"amount": "2.00", "currency": "CNY"}},
        {"amount_min": {"amount": "9.00", "currency": "CNY"}},
        {"opens": "24:00"},
        {"unheard_of": 1},
    ],
)  # fmt: skip
async def test_terms_that_cannot_be_are_refused(
    http: httpx2.AsyncClient, operator: Caller, changed: dict[str, Any]
) -> None:
    terms = {"fee_fixed": MONEY, "fee_rate": "0", "fee_min": MONEY, "amount_min": MONEY,
             "amount_max": {"amount": "5.00", "currency": "CNY"}, **changed}  # fmt: skip
    answer = await http.put(
        f"{PREFIX}/card/terms/pay_out",
        json={"terms": terms, "reason": "x"},
        headers=operator.headers,
    )
    assert answer.status_code == 422, answer.text


async def test_rules_are_proposed_listed_and_ended(
    http: httpx2.AsyncClient, operator: Caller, approver: Caller
) -> None:
    code = f"r_{new_id().hex[-12:]}"
    rule = {"code": code, "position": 999, "operation": "verify_card", "order_by": "latency",
            "amount_min": "5.00", "preferred": ["bank"]}  # fmt: skip
    held = await http.post(
        f"{PREFIX}/rules", json={"rule": rule, "reason": "试"}, headers=operator.headers
    )
    await approve(http, held, approver)
    listed = (await http.get(f"{PREFIX}/rules", headers=operator.headers)).json()["items"]
    (found,) = [each for each in listed if each["code"] == code]
    assert (found["amount_min"], found["amount_max"], found["preferred"]) == (
        "5.00",
        None,
        ["bank"],
    )
    ended = await http.post(
        f"{PREFIX}/rules/{code}/end", json={"reason": "停"}, headers=operator.headers
    )
    await approve(http, ended, approver)
    again = await http.post(
        f"{PREFIX}/rules/{code}/end", json={"reason": "停"}, headers=operator.headers
    )
    assert again.json()["code"] == "channels.unknown_rule"
    for wrong in (
        {"preferred": ["none"]},
        {"preferred": ["bank"], "excluded": ["bank"]},
        {"amount_min": "6.00", "amount_max": "5.00"},
    ):
        answer = await http.post(
            f"{PREFIX}/rules", json={"rule": {**rule, **wrong}, "reason": "x"},
            headers=operator.headers,
        )  # fmt: skip
        assert answer.json()["code"] == "channels.setting_wrong"


async def test_reasons_are_listed_and_set(
    http: httpx2.AsyncClient, operator: Caller, approver: Caller
) -> None:
    code = f"X{new_id().hex[-8:]}"
    entry = {"channel": "card", "channel_code": code, "reason": "account_blocked",
             "iso_code": "AC06", "action": "person",
             "title": {"zh": "卡片已冻结", "en": "The card is frozen"}}  # fmt: skip
    held = await http.put(
        f"{PREFIX}/reasons", json={"entry": entry, "reason": "通知"}, headers=operator.headers
    )
    await approve(http, held, approver)
    listed = (await http.get(f"{PREFIX}/reasons", headers=operator.headers)).json()["items"]
    assert {**entry, "is_set": True} in listed
    assert any(each["reason"] == "timed_out" and not each["is_set"] for each in listed)
    half = {**entry, "channel": None}
    answer = await http.put(
        f"{PREFIX}/reasons", json={"entry": half, "reason": "x"}, headers=operator.headers
    )
    assert answer.json()["code"] == "channels.setting_wrong"


async def test_a_channel_calls_without_a_token_and_hears_its_word(
    http: httpx2.AsyncClient, database: Database
) -> None:
    event = f"m-{new_id().hex}"
    for _ in range(2):
        answer = await http.post(
            f"{PREFIX}/wallet-a/callbacks",
            content=f"{event}:R-1".encode(),
            headers={"X-Signature": "right", "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert (answer.status_code, answer.text) == (200, "success")
    async with database.read() as tx:
        stored = select(func.count()).select_from(CallbackRow).where(CallbackRow.event_id == event)
        assert await tx.scalar(stored) == 1


@pytest.mark.parametrize(
    ("path", "headers", "body", "expected"),
    [
        ("bank", {}, b"a:b", (401, "channels.callback_refused")),
        ("bank", {"X-Signature": "right"}, b"none", (422, "channels.callback_unreadable")),
        ("no-such", {"X-Signature": "right"}, b"a:b", (404, "channels.unknown_channel")),
        ("UPPER", {"X-Signature": "right"}, b"a:b", (422, "request.invalid")),
    ],
)
async def test_what_is_no_message_is_refused(
    http: httpx2.AsyncClient,
    path: str,
    headers: dict[str, str],
    body: bytes,
    expected: tuple[int, str],
) -> None:
    answer = await http.post(f"{PREFIX}/{path}/callbacks", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == expected
