"""`/api/v1/standing-orders`: answers and problem codes."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.core.conftest import AT, Caller
from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.products.standing.models import OccurrenceRow, OrderRow
from tongbao.products.standing.router import api

URL = "/api/v1/standing-orders"
FIRST = {"first_on": "2199-01-31", "unit": "month", "month_day": 31, "holidays": "next"}
Problem = Callable[[httpx2.Response], tuple[int, str]]
Customer = Callable[[str], Awaitable[Caller]]


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.include_router(api)
    return app


async def opened(database: Database, caller: Caller) -> accounts.DepositAccount:
    async with database.write() as tx:
        await parties.set_level(
            tx,
            party_id=caller.party_id,
            level=parties.Level.FULL,
            reason="测试",
            changed_by=None,
            at=AT,
        )
        return await accounts.open_account(tx, party_id=caller.party_id, currency="CNY", at=AT)


def body(account: accounts.DepositAccount, payee: str, **days: Any) -> dict[str, Any]:
    return {
        "debtor_account_id": str(account.id),
        "creditor_account_number": payee,
        "creditor_name": "房东",
        "amount": {"amount": "3500.00", "currency": "CNY"},
        "schedule": {**FIRST, **days},
    }


async def stored(database: Database, account: accounts.DepositAccount) -> OrderRow:
    """An order as a confirmed one is kept, with one date that was missed."""
    row = OrderRow(
        id=new_id(),
        party_id=account.party_id,
        debtor_account_id=account.id,
        creditor_account_number="9900010000000000026",
        creditor_name="房东",
        amount_minor=350_000,
        currency="CNY",
        first_on=date(2199, 1, 31),
        unit="month",
        every=1,
        month_day=31,
        holidays="next",
        retries=3,
        state="active",
        next_number=1,
        next_on=date(2199, 2, 28),
        made_by=account.party_id,
        made_at=AT,
    )
    missed = OccurrenceRow(
        order_id=row.id,
        number=0,
        nominal_on=row.first_on,
        due_on=row.first_on,
        outcome="missed",
        attempts=4,
        reason_code="ledger.insufficient_funds",
        reason_zh="余额不足",
        reason_en="Insufficient funds",
        decided_at=AT,
    )
    async with database.write() as tx:
        tx.add(row)
        await tx.flush()
        tx.add(missed)
    return row


async def test_an_order_is_confirmed_before_it_is_made(
    client: httpx2.AsyncClient, database: Database, customer: Customer, problem: Problem
) -> None:
    me = await customer("租客")
    account = await opened(database, me)
    headers = {**me.headers, "Idempotency-Key": str(new_id())}
    order = body(account, "9900010000000000026")
    asked = await client.post(URL, json=order, headers=headers)
    assert problem(asked) == (403, "identity.step_up_required")
    assert asked.json()["action"]["facts"]["schedule"] == "month/1/2199-01-31/31/next///3"
    for wrong, code in (
        ({"month_day": 30}, "standing.schedule_wrong"),
        ({"first_on": "2020-01-31"}, "standing.too_early"),
    ):
        headers["Idempotency-Key"] = str(new_id())
        bad = await client.post(URL, json=body(account, "99000100", **wrong), headers=headers)
        assert problem(bad) == (422, code)
    strange = await client.post(
        URL,
        json=order,
        headers={**(await customer("别人")).headers, "Idempotency-Key": str(new_id())},
    )
    assert problem(strange) == (404, "accounts.unknown_account")


async def test_a_schedule_is_shown_before_anything_is_ordered(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    headers = (await customer("租客")).headers
    asked = {"first_on": "2025-09-30", "unit": "month", "month_day": 31, "holidays": "next"}
    shown = await client.post(f"{URL}/preview", json={**asked, "count": 3}, headers=headers)
    assert [(each["nominal_on"], each["due_on"]) for each in shown.json()["items"]] == [
        ("2025-09-30", "2025-09-30"),
        ("2025-10-31", "2025-10-31"),
        ("2025-11-30", "2025-12-01"),
    ]
    wrong = await client.post(f"{URL}/preview", json={**asked, "unit": "once"}, headers=headers)
    assert problem(wrong) == (422, "standing.schedule_wrong")


async def test_an_order_is_read_paused_resumed_and_cancelled(
    client: httpx2.AsyncClient, database: Database, customer: Customer, problem: Problem
) -> None:
    me, other = await customer("租客"), await customer("别人")
    row = await stored(database, await opened(database, me))
    where = f"{URL}/{row.id}"
    read = (await client.get(where, headers=me.headers)).json()
    assert (read["state"], read["next_on"]) == ("active", "2199-02-28")
    whose = {"party_id": str(me.party_id)}
    listed = await client.get(URL, params=whose, headers=me.headers)
    assert listed.json() == {"items": [read], "next": None}
    chinese = {**me.headers, "Accept-Language": "zh"}
    dates = await client.get(f"{where}/occurrences", headers=chinese)
    assert [each["reason"] for each in dates.json()["items"]] == ["余额不足"]
    english = {**me.headers, "Accept-Language": "en"}
    dates = await client.get(f"{where}/occurrences", headers=english)
    assert [each["reason"] for each in dates.json()["items"]] == ["Insufficient funds"]
    upcoming = (await client.get(f"{where}/upcoming", headers=me.headers)).json()["items"]
    assert [each["number"] for each in upcoming] == list(range(1, 13))
    for method, path in (("GET", ""), ("GET", "/occurrences"), ("POST", "/cancel")):
        strange = await client.request(method, where + path, headers=other.headers)
        assert problem(strange) == (404, "standing.unknown_order")
    strange = await client.get(URL, params=whose, headers=other.headers)
    assert problem(strange) == (404, "parties.unknown_party")
    paused = await client.post(f"{where}/pause", headers=me.headers)
    assert (paused.json()["state"], paused.json()["stopped_by"]) == ("paused", "customer")
    none = await client.get(f"{where}/upcoming", headers=me.headers)
    assert none.json() == {"items": []}
    resumed = await client.post(f"{where}/resume", headers=me.headers)
    assert (resumed.json()["state"], resumed.json()["stopped_by"]) == ("active", None)
    cancelled = await client.post(f"{where}/cancel", headers=me.headers)
    assert (cancelled.json()["state"], cancelled.json()["next_on"]) == ("cancelled", None)
    again = await client.post(f"{where}/cancel", headers=me.headers)
    assert problem(again) == (409, "standing.not_possible")
