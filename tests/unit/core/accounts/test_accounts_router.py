"""`/api/v1/accounts`: answers, problem codes and who may see what."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.unit.core.conftest import AT, Caller, Customer, Staff
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

URL = "/api/v1/accounts"
Problem = Callable[[httpx2.Response], tuple[int, str]]


async def opened(
    client: httpx2.AsyncClient, who: Caller, *, party_id: UUID | None = None, currency: str = "CNY"
) -> dict[str, Any]:
    response = await client.post(
        URL,
        json={"party_id": str(party_id or who.party_id), "currency": currency},
        headers=who.headers,
    )
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def paid_in(database: Database, number: str, amount: str) -> None:
    async with database.write() as tx:
        account = await accounts.by_number(tx, number)
        cash = await ledger.internal_account(
            tx,
            code="test.cash.router",
            asset="CNY",
            category=ledger.Category.ASSET,
            name="现金",
            at=AT,
        )
        new = ledger.NewTransaction(
            id=ledger.TransactionId(new_id()),
            type="test.deposit",
            postings=(
                ledger.NewPosting(
                    debit=cash.id,
                    credit=account.ledger_account_id,
                    amount=Money.parse(amount, "CNY"),
                ),
            ),
            reference="现金存款",
        )
        (result,) = await ledger.post(tx, [new], at=AT)
        result.raise_for_refusal()


async def test_a_customer_opens_and_reads_an_account(
    client: httpx2.AsyncClient, customer: Customer
) -> None:
    who = await customer("张伟")
    response = await client.post(URL, json={"party_id": str(who.party_id)}, headers=who.headers)
    assert response.status_code == 201
    account = response.json()
    assert account["currency"] == "CNY"
    assert (account["product"], account["status"]) == ("current", "open")
    assert accounts.is_account_number(account["number"])
    read = await client.get(response.headers["location"], headers=who.headers)
    assert read.json() == account
    listed = await client.get(URL, headers=who.headers)
    assert listed.json() == {"items": [account], "next": None}


async def test_balance_and_statement(
    client: httpx2.AsyncClient, customer: Customer, database: Database
) -> None:
    who = await customer("张伟")
    account = await opened(client, who)
    zero = {"amount": "0.00", "currency": "CNY"}
    balance = (await client.get(f"{URL}/{account['id']}/balance", headers=who.headers)).json()
    assert balance == {
        "account_id": account["id"],
        "booked": zero,
        "available": zero,
        "restrained": zero,
    }
    await paid_in(database, account["number"], "12.50")
    await paid_in(database, account["number"], "7.50")
    balance = (await client.get(f"{URL}/{account['id']}/balance", headers=who.headers)).json()
    assert balance["booked"] == balance["available"] == {"amount": "20.00", "currency": "CNY"}
    entries = f"{URL}/{account['id']}/entries"
    first = (await client.get(entries, params={"limit": 1}, headers=who.headers)).json()
    (entry,) = first["items"]
    assert entry["direction"] == "credit"
    assert entry["amount"] == {"amount": "7.50", "currency": "CNY"}
    assert entry["balance_after"] == {"amount": "20.00", "currency": "CNY"}
    assert (entry["reference"], entry["counterparty"]) == ("现金存款", None)
    rest = await client.get(entries, params={"after": first["next"]}, headers=who.headers)
    assert [each["amount"]["amount"] for each in rest.json()["items"]] == ["12.50"]
    assert rest.json()["next"] is None


async def test_anothers_account_is_answered_like_one_that_does_not_exist(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who, other = await customer("甲"), await customer("乙")
    account = await opened(client, other)
    for tail in ("", "/balance", "/entries"):
        hidden = await client.get(f"{URL}/{account['id']}{tail}", headers=who.headers)
        missing = await client.get(f"{URL}/{new_id()}{tail}", headers=who.headers)
        assert problem(hidden) == problem(missing) == (404, "accounts.unknown_account")
        assert hidden.json().keys() == missing.json().keys()
    listed = await client.get(URL, headers=who.headers)
    asked_for = await client.get(URL, params={"party_id": str(other.party_id)}, headers=who.headers)
    assert listed.json()["items"] == asked_for.json()["items"] == []


async def test_a_customer_opens_no_account_for_others(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who, other = await customer("甲"), await customer("乙")
    for party_id in (other.party_id, new_id()):
        response = await client.post(URL, json={"party_id": str(party_id)}, headers=who.headers)
        assert problem(response) == (404, "parties.unknown_party")
    assert (await client.get(URL, headers=other.headers)).json()["items"] == []


async def test_staff_open_and_see_accounts_of_everybody(
    client: httpx2.AsyncClient, customer: Customer, staff: Staff, problem: Problem
) -> None:
    who, operations = await customer("张伟"), staff(Role.STAFF_OPERATIONS)
    account = await opened(client, operations, party_id=who.party_id, currency="JPY")
    for reader in (operations, staff(Role.STAFF_RISK), staff(Role.AUDITOR), who):
        read = await client.get(f"{URL}/{account['id']}/balance", headers=reader.headers)
        assert read.json()["booked"] == {"amount": "0", "currency": "JPY"}
    listed = await client.get(
        URL, params={"party_id": str(who.party_id)}, headers=operations.headers
    )
    assert listed.json()["items"] == [account]
    newest = await client.get(URL, params={"limit": 1}, headers=operations.headers)
    assert newest.json()["items"] == [account]
    unknown = await client.post(URL, json={"party_id": str(new_id())}, headers=operations.headers)
    assert problem(unknown) == (404, "parties.unknown_party")


async def test_reading_all_is_not_opening_any(
    client: httpx2.AsyncClient, customer: Customer, staff: Staff, problem: Problem
) -> None:
    who = await customer("张伟")
    for reader in (staff(Role.STAFF_RISK), staff(Role.AUDITOR)):
        response = await client.post(
            URL, json={"party_id": str(who.party_id)}, headers=reader.headers
        )
        assert problem(response) == (403, "auth.forbidden")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"party_id": "me"},
        {"party_id": str(UUID(int=1)), "currency": "XYZ"},
        {"party_id": str(UUID(int=2)), "currency": "cny"},
        {"party_id": str(UUID(int=3)), "currency": None},
        {"party_id": str(UUID(int=4)), "overdraft": "100"},
        [],
    ],
)
async def test_bad_input_is_refused(
    client: httpx2.AsyncClient, staff: Staff, problem: Problem, body: object
) -> None:
    response = await client.post(URL, json=body, headers=staff(Role.STAFF_OPERATIONS).headers)
    assert problem(response) == (422, "request.invalid")


async def test_bad_queries_and_addresses(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who = await customer("张伟")
    account = await opened(client, who)
    for url in (URL, f"{URL}/{account['id']}/entries"):
        bad = await client.get(url, params={"after": "nonsense"}, headers=who.headers)
        assert problem(bad) == (422, "page.bad_cursor")
        bad = await client.get(url, params={"limit": "1000"}, headers=who.headers)
        assert problem(bad) == (422, "request.invalid")
    bad = await client.get(f"{URL}/not-an-id", headers=who.headers)
    assert problem(bad) == (422, "request.invalid")


async def test_without_a_token_there_is_nothing(
    client: httpx2.AsyncClient, problem: Problem
) -> None:
    account = f"{URL}/{new_id()}"
    for url in (URL, account, f"{account}/balance", f"{account}/entries"):
        assert problem(await client.get(url)) == (401, "auth.unauthenticated")
    assert problem(await client.post(URL)) == (401, "auth.unauthenticated")


async def test_the_same_key_opens_one_account(
    client: httpx2.AsyncClient, customer: Customer
) -> None:
    who = await customer("张伟")
    headers = who.headers | {"Idempotency-Key": str(new_id())}
    body = {"party_id": str(who.party_id)}
    numbers = {
        (await client.post(URL, json=body, headers=headers)).json()["number"] for _ in range(3)
    }
    assert len(numbers) == 1
    assert len((await client.get(URL, headers=who.headers)).json()["items"]) == 1


async def test_an_account_is_found_by_its_number_by_whoever_may_see_it(
    client: httpx2.AsyncClient, customer: Customer, staff: Staff
) -> None:
    who, other = await customer("李雷"), await customer("韩梅")
    one = await opened(client, who)
    await opened(client, who, currency="USD")

    async def found(caller: Caller, number: str) -> list[str]:
        answer = await client.get(URL, params={"number": number}, headers=caller.headers)
        return [each["id"] for each in answer.json()["items"]]

    assert await found(staff(Role.STAFF_SERVICE), one["number"]) == [one["id"]]
    assert await found(who, one["number"]) == [one["id"]]
    assert await found(other, one["number"]) == []
    assert await found(who, one["number"][:-1]) == []
