"""Reads over HTTP: the past, searches, reports; what they refuse, and who may ask."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.core.conftest import Caller, Customer, Staff
from tests.unit.core.ledger.conftest import AT, Books, make_books, transaction
from tongbao.core.identity.domain import Role
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.router import api
from tongbao.infra.db import Database
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id

URL = "/api/v1/ledger"
TODAY = business_date(AT)
YESTERDAY = TODAY - timedelta(days=1)
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.include_router(api)
    return app


@pytest.fixture
def auditor(staff: Staff) -> Caller:
    return staff(Role.AUDITOR)


@pytest.fixture
async def kept(database: Database) -> Books:
    """Ada got 100.00, paid Bob 1.00 with effect of yesterday and 2.00 an hour later."""
    async with database.write() as tx:
        books = await make_books(tx)
        for hours, amount, on, reference in (
            (0, "1.00", YESTERDAY, "first"),
            (1, "2.00", TODAY, str(new_id())),
        ):
            pay = transaction(
                (books.ada, books.bob, amount),
                effective_on=on,
                reference=reference,
                metadata={"channel": reference},
            )
            await ledger.post(tx, [pay], at=AT + timedelta(hours=hours))
    return books


async def get(client: httpx2.AsyncClient, who: Caller, path: str, **query: Any) -> Any:
    response = await client.get(URL + path, headers=who.headers, params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_balance_of_the_past(
    client: httpx2.AsyncClient, auditor: Caller, kept: Books
) -> None:
    path = f"/accounts/{kept.ada.id}/balance"
    body = await get(client, auditor, path, at=AT.isoformat())
    assert (body["posted"], body["asset"], body["on"]) == ("99.00", "CNY/2", None)
    later = await get(client, auditor, path, at=(AT + timedelta(hours=1)).isoformat())
    assert later["posted"] == "97.00"
    by_date = await get(client, auditor, path, on=YESTERDAY.isoformat())
    assert by_date["posted"] == "-1.00"
    assert (await get(client, auditor, path, on=TODAY.isoformat()))["posted"] == "97.00"


async def test_entries_by_criteria_page_by_page(
    client: httpx2.AsyncClient, auditor: Caller, kept: Books
) -> None:
    path = f"/accounts/{kept.ada.id}/entries"
    page = await get(client, auditor, path, direction="debit", limit=1)
    (newest,) = page["items"]
    assert (newest["amount"]["amount"], newest["balance_after"]) == ("2.00", "97.00")
    page = await get(client, auditor, path, direction="debit", limit=1, after=page["next"])
    assert [each["reference"] for each in page["items"]] == ["first"]

    async def amounts(**query: Any) -> list[str]:
        found = await get(client, auditor, path, **query)
        return [each["amount"]["amount"] for each in found["items"]]

    assert await amounts() == ["2.00", "1.00", "100.00"]
    assert await amounts(amount_min="1.50", amount_max="99.99") == ["2.00"]
    assert await amounts(metadata=["channel=first"]) == ["1.00"]
    assert await amounts(effective_until=TODAY.isoformat()) == ["1.00"]
    assert await amounts(booked_from=(AT + timedelta(minutes=1)).isoformat()) == ["2.00"]
    assert await amounts(type="test", reference="none") == []


async def test_transactions_by_criteria(
    client: httpx2.AsyncClient, auditor: Caller, kept: Books
) -> None:
    mine = {"account_id": str(kept.bob.id)}
    page = await get(client, auditor, "/transactions", **mine, amount_min="2")
    (found,) = page["items"]
    assert found["postings"][0]["amount"] == {"amount": "2.00", "asset": "CNY/2"}
    reference = found["reference"]
    again = await get(client, auditor, "/transactions", reference=reference)
    assert again["items"] == [found]
    states = await get(client, auditor, "/transactions", **mine, state="unreversed")
    assert len(states["items"]) == 2
    assert (await get(client, auditor, "/transactions", **mine, kind="void"))["items"] == []
    assert (await get(client, auditor, "/transactions", limit=1, asset="CNY/2"))["next"]


async def test_reports_balance(client: httpx2.AsyncClient, auditor: Caller, kept: Books) -> None:
    on = TODAY.isoformat()
    (trial,) = await get(client, auditor, "/reports/trial-balance", on=on, asset="CNY/2")
    assert trial["debits"] == trial["credits"]
    assert (trial["on"], trial["difference"]) == (on, "0.00")
    (sheet,) = await get(client, auditor, "/reports/balance-sheet", on=on, asset="CNY/2")
    assert sheet["difference"] == "0.00"
    assert sheet["lines"]
    (income,) = await get(client, auditor, "/reports/income-statement", on=on, asset="CNY/2")
    assert income["first_on"] == f"{TODAY.year}-01-01"
    # Other tests earn and spend in the same books; whatever they did, it adds up.
    assert Decimal(income["profit"]) == Decimal(income["income"]) - Decimal(income["expense"])
    assert await get(client, auditor, "/reports/trial-balance") != []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/accounts/{ada}/balance", "ledger.unclear_moment"),
        ("/accounts/{ada}/balance?on=2026-03-02&at=2026-03-02T00:00:00Z", "ledger.unclear_moment"),
        ("/accounts/{ada}/balance?at=2026-03-02T00:00:00", "request.invalid"),
        ("/accounts/{ada}/balance?on=20260302", "request.invalid"),
        ("/accounts/{ada}/entries?amount_min=1.005", "money.amount_too_precise"),
        ("/accounts/{ada}/entries?metadata=nothing", "request.invalid"),
        ("/accounts/{ada}/entries?direction=sideways", "request.invalid"),
        ("/accounts/{ada}/entries?limit=0", "request.invalid"),
        ("/accounts/{ada}/entries?colour=red", "request.invalid"),
        ("/accounts/{ada}/entries?after=x", "page.bad_cursor"),
        ("/accounts/{nobody}/entries", "ledger.account_not_found"),
        ("/accounts/{nobody}/balance?on=2026-03-02", "ledger.account_not_found"),
        ("/transactions?amount_min=1", "ledger.amount_without_asset"),
        ("/transactions?account_id={nobody}", "ledger.account_not_found"),
        ("/transactions?asset=NONE/2", "ledger.unknown_asset"),
        ("/transactions?state=lost", "request.invalid"),
        ("/reports/balance-sheet?asset=NONE/2", "ledger.unknown_asset"),
        (
            "/reports/income-statement?on=2026-01-01&first_on=2026-01-02",
            "ledger.dates_out_of_order",
        ),
    ],
)
async def test_what_cannot_be_answered_says_why(
    client: httpx2.AsyncClient,
    auditor: Caller,
    kept: Books,
    problem: Problem,
    path: str,
    code: str,
) -> None:
    address = URL + path.format(ada=kept.ada.id, nobody=new_id())
    response = await client.get(address, headers=auditor.headers)
    status, got = problem(response)
    assert got == code
    assert status in {400, 404, 422}


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/{ada}/balance",
        "/accounts/{ada}/entries",
        "/transactions",
        "/reports/trial-balance",
        "/reports/balance-sheet",
        "/reports/income-statement",
    ],
)
async def test_only_who_may_read_the_ledger_may_ask(
    client: httpx2.AsyncClient, customer: Customer, kept: Books, problem: Problem, path: str
) -> None:
    address = URL + path.format(ada=kept.ada.id)
    assert problem(await client.get(address)) == (401, "auth.unauthenticated")
    response = await client.get(address, headers=(await customer("Ms Li")).headers)
    assert problem(response) == (403, "auth.forbidden")


async def test_the_accounts_of_a_transaction_come_with_one_request(
    client: httpx2.AsyncClient, auditor: Caller, kept: Books, problem: Problem
) -> None:
    (found,) = (
        await get(client, auditor, "/transactions", account_id=str(kept.bob.id), reference="first")
    )["items"]
    accounts = await get(client, auditor, f"/transactions/{found['id']}/accounts")
    assert {each["id"]: each["posted"] for each in accounts} == {
        str(kept.ada.id): "97.00",
        str(kept.bob.id): "3.00",
    }
    none = await client.get(f"{URL}/transactions/{new_id()}/accounts", headers=auditor.headers)
    assert problem(none) == (404, "ledger.transaction_not_found")
