"""Orders to other banks over the API: ordered, cancelled, looked at and resolved by two people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.conftest import Caller, Staff
from tests.unit.core.payments.conftest import Holder
from tests.unit.core.payments.outgoing import BANK, THERE, drive, money, sender, status
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import Role
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database
from tongbao.infra.proposals.router import api as proposals_api
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

URL = "/api/v1/payments"
Problem = Callable[[httpx2.Response], tuple[int, str]]


@dataclass
class Payer:
    """A customer with money, and the channel their payments go over."""

    holder: Holder
    headers: dict[str, str]
    client: httpx2.AsyncClient

    def order(self, amount: str = "40.00", **facts: object) -> dict[str, object]:
        return {
            "debtor_account_id": str(self.holder.account.id),
            "creditor_account_number": THERE,
            "creditor_name": "北方钢铁",
            "creditor_bank_code": BANK,
            "amount": {"amount": amount, "currency": "CNY"},
            **facts,
        }

    async def send(self, amount: str = "40.00", **facts: object) -> httpx2.Response:
        return await self.client.post(
            f"{URL}/credit-transfers",
            json=self.order(amount, **facts),
            headers={**self.headers, "Idempotency-Key": str(new_id())},
        )


@pytest.fixture
def app(app: FastAPI, actors: dict[str, Actor]) -> FastAPI:
    async def find_actor(tx: Any, user_id: Any, at: Any) -> Actor | None:
        known = {actor.id: actor for actor in actors.values()}
        return known.get(user_id) or await identity.find_actor(tx, user_id, at)

    app.include_router(proposals_api)
    app.state.find_actor = find_actor
    return app


@pytest.fixture
async def payer(database: Database, client: httpx2.AsyncClient, actors: dict[str, Actor]) -> Payer:
    holder = await sender(database)
    token = f"test-{holder.actor.id}"
    actors[token] = holder.actor
    return Payer(holder, {"Authorization": f"Bearer {token}", "Accept-Language": "en"}, client)


@pytest.fixture
def clock() -> Clock:
    return Clock(at=now())


async def test_an_order_is_answered_reserved_and_read_until_it_is_settled(
    database: Database, payer: Payer, clock: Clock
) -> None:
    with outside(clock, MemoryChannel("bank")):
        answer = await payer.send(remittance="货款")
        assert answer.status_code == 201, answer.text
        order = answer.json()
        assert (order["status"], order["kind"]) == ("reserved", "credit_transfer")
        assert order["creditor"] == {
            "account_number": THERE, "name": "北方钢铁", "bank_code": BANK,
        }  # fmt: skip
        await drive(database, order["id"], clock)
    read = await payer.client.get(answer.headers["location"], headers=payer.headers)
    assert (read.json()["status"], read.json()["uetr"]) == ("settled", order["uetr"])
    listed = await payer.client.get(
        URL, params={"account_id": str(payer.holder.account.id)}, headers=payer.headers
    )
    assert [each["id"] for each in listed.json()["items"]] == [order["id"]]


async def test_a_rejected_order_is_a_problem_and_is_kept(
    payer: Payer, problem: Problem, clock: Clock
) -> None:
    with outside(clock):
        answer = await payer.send()
    assert problem(answer) == (422, "payments.no_route")
    assert answer.json()["iso_reason_code"] == "AB08"
    read = await payer.client.get(answer.headers["location"], headers=payer.headers)
    assert read.json()["status"] == "rejected"


async def test_what_no_channel_has_is_cancelled_once(
    database: Database, payer: Payer, problem: Problem, clock: Clock
) -> None:
    with outside(clock, MemoryChannel("bank")):
        order = (await payer.send()).json()
        address = f"{URL}/{order['id']}/cancellation"
        done = await payer.client.post(address, headers=payer.headers)
        assert done.json()["status"] == "cancelled", done.text
        again = await payer.client.post(address, headers=payer.headers)
        assert problem(again) == (409, "payments.not_cancellable")
        assert await drive(database, order["id"], clock) == "cancelled"
        assert await money(database, payer.holder) == ("100.00", "100.00")


async def test_nobody_else_cancels_or_sees_it(
    payer: Payer, caller: Callable[..., Caller], problem: Problem, clock: Clock
) -> None:
    with outside(clock, MemoryChannel("bank")):
        order = (await payer.send()).json()
    stranger = caller("customer", [Role.CUSTOMER], frozenset({new_id()}))
    for method, path in (("POST", "/cancellation"), ("GET", "")):
        address = f"{URL}/{order['id']}{path}"
        answer = await payer.client.request(method, address, headers=stranger.headers)
        assert problem(answer) == (404, "payments.unknown_payment")
    history = await payer.client.get(f"{URL}/{order['id']}/history", headers=payer.headers)
    assert problem(history) == (403, "auth.forbidden")


async def test_staff_reads_where_an_order_has_been(
    database: Database, payer: Payer, staff: Staff, clock: Clock
) -> None:
    first, second = MemoryChannel("first"), MemoryChannel("second")
    first.plan("elsewhere")
    with outside(clock, first, second):
        order = (await payer.send()).json()
        await drive(database, order["id"], clock, steps=2)
    reader = staff(Role.STAFF_OPERATIONS)
    told = (await payer.client.get(f"{URL}/{order['id']}/history", headers=reader.headers)).json()
    assert [each["after"] for each in told["transitions"]] == [
        "created", "screened", "reserved", "sent", "reserved", "sent", "settled",
    ]  # fmt: skip
    assert told["transitions"][0]["by"] == str(payer.holder.actor.id)
    assert [(each["channel"], each["outcome"]) for each in told["attempts"]] == [
        ("first", "not_done"), ("second", "done"),
    ]  # fmt: skip
    assert told["attempts"][0]["reason"] == "More than the channel allows"
    assert [each["channel"] for each in told["attempts"][0]["route"]] == ["first", "second"]


@pytest.mark.parametrize(
    ("outcome", "end", "left"),
    [("executed", "settled", "60.00"), ("not_executed", "rejected", "100.00")],
)
async def test_what_stays_unknown_is_resolved_by_two(
    database: Database, payer: Payer, staff: Staff, clock: Clock, outcome: str, end: str, left: str
) -> None:
    bank = MemoryChannel("bank", deaf=True)
    bank.plan("done_silently")
    body = {"outcome": outcome, "reason": "通道运营电话确认"}
    maker, checker = staff(Role.STAFF_OPERATIONS), staff(Role.STAFF_COMPLIANCE)
    with outside(clock, bank):
        order = (await payer.send()).json()
        early = await payer.client.post(
            f"{URL}/{order['id']}/resolution", json=body, headers=maker.headers
        )
        assert early.json()["code"] == "payments.not_unknown"
        assert await drive(database, order["id"], clock, steps=2) == "unknown"
        listed = await payer.client.get(
            f"{URL}/unknown", params={"limit": 200}, headers=maker.headers
        )
        assert order["id"] in {each["id"] for each in listed.json()["items"]}
        held = await payer.client.post(
            f"{URL}/{order['id']}/resolution", json=body, headers=maker.headers
        )
        assert held.status_code == 202, held.text
        assert await status(database, order["id"]) == "unknown"
        approval = f"/api/v1/proposals/{held.json()['id']}/approval"
        seen = {"digest": held.json()["digest"]}
        own = await payer.client.post(approval, json=seen, headers=maker.headers)
        assert own.json()["code"] == "proposals.own_proposal"
        done = await payer.client.post(approval, json=seen, headers=checker.headers)
        assert done.status_code == 200, done.text
        bank.deaf = False
        assert await drive(database, order["id"], clock) == end
    assert await money(database, payer.holder) == (left, left)
    told = await payer.client.get(f"{URL}/{order['id']}/history", headers=maker.headers)
    last = told.json()["transitions"][-1]
    assert (last["why"], last["note"], last["by"]) == (
        "resolved_by_hand", "通道运营电话确认", str(checker.actor.id),
    )  # fmt: skip


async def test_staff_has_a_channel_asked_at_once(
    database: Database, payer: Payer, staff: Staff, clock: Clock, problem: Problem
) -> None:
    bank = MemoryChannel("bank", deaf=True)
    bank.plan("done_silently")
    maker = staff(Role.STAFF_OPERATIONS)

    async def inquire(order: dict[str, Any]) -> httpx2.Response:
        return await payer.client.post(f"{URL}/{order['id']}/inquiry", headers=maker.headers)

    async def due_at(order: dict[str, Any]) -> datetime:
        async with database.read() as tx:
            row = await tx.get(PaymentOrderRow, UUID(order["id"]))
        assert row is not None
        assert row.due_at is not None
        return row.due_at

    with outside(clock, bank):
        order = (await payer.send()).json()
        assert problem(await inquire(order)) == (409, "payments.nothing_to_ask")
        assert await drive(database, order["id"], clock, steps=2) == "unknown"
        asked = await inquire(order)
        assert asked.status_code == 202, asked.text
        assert asked.json()["status"] == "unknown"
        assert await due_at(order) <= now()
        bank.deaf = False
        assert await drive(database, order["id"], clock) == "settled"
        assert problem(await inquire(order)) == (409, "payments.nothing_to_ask")
    assert problem(await inquire({"id": str(new_id())})) == (404, "payments.unknown_payment")


async def test_an_answer_that_comes_before_the_approval_goes_first(
    database: Database, payer: Payer, staff: Staff, clock: Clock, problem: Problem
) -> None:
    bank = MemoryChannel("bank")
    bank.plan("done_silently")
    maker, checker = staff(Role.STAFF_OPERATIONS), staff(Role.STAFF_COMPLIANCE)
    with outside(clock, bank):
        order = (await payer.send()).json()
        await drive(database, order["id"], clock)
        held = await payer.client.post(
            f"{URL}/{order['id']}/resolution",
            json={"outcome": "not_executed", "reason": "猜测"},
            headers=maker.headers,
        )
        assert await drive(database, order["id"], clock) == "settled"
    refused = await payer.client.post(
        f"/api/v1/proposals/{held.json()['id']}/approval",
        json={"digest": held.json()["digest"]},
        headers=checker.headers,
    )
    assert problem(refused) == (409, "payments.not_unknown")
    assert await money(database, payer.holder) == ("60.00", "60.00")
