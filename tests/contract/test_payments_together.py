"""A transfer over HTTP: paid together with others or alone, the answer is the same to the byte."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from tests.support.bank import Bank, Customer, done, problem
from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

PATH = "/payments"
PLAINLY = {"way": "plain"}  # a query: the plain way
Body = dict[str, Any]
ENTRIES = text(
    "SELECT action, outcome, code, actor_kind, object_type, object_id = :payment AS is_its,"
    " after IS NOT NULL AS has_after, subject_id FROM infra_audit WHERE request_id = :request_id"
)
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[^\"]+")


@dataclass(frozen=True)
class Payer:
    customer: Customer
    account: Body
    payee: Body
    payee_name: str

    def order(self, amount: str = "1.50", **change: object) -> Body:
        return {
            "debtor_account_id": self.account["id"],
            "creditor_account_number": self.payee["number"],
            "creditor_name": self.payee_name,
            "amount": {"amount": amount, "currency": "CNY"},
            **change,
        }


async def a_payer(bank: Bank) -> Payer:
    """Return a firm with 100.00 that has confirmed a payee."""
    firm, supplier = [await bank.customer() for _ in range(2)]
    account, payee = await firm.open_account(), await supplier.open_account()
    async with bank.database.write() as tx:
        cash = await ledger.internal_account(
            tx,
            code="test.together.cash",
            asset="CNY",
            category=ledger.Category.ASSET,
            name="现金",
            at=now(),
        )
        (to,) = (await accounts.ledger_accounts(tx, [UUID(account["id"])])).values()
        funding = ledger.NewTransaction(
            id=ledger.TransactionId(new_id()),
            type="test.deposit",
            postings=(ledger.NewPosting(cash.id, to, Money.parse("100.00", "CNY")),),
        )
        (result,) = await ledger.post(tx, [funding], at=now())
        result.raise_for_refusal()
        await payments.confirm_payee(
            tx,
            party_id=UUID(firm.party_id),
            account_number=payee["number"],
            confirmed_by=new_id(),
            at=now(),
        )
    return Payer(firm, account, payee, supplier.firm.name)


@pytest.fixture
async def payer(bank: Bank) -> Payer:
    return await a_payer(bank)


def seen(response: httpx2.Response) -> tuple[int, str, dict[str, str]]:
    """Return all of an answer, ids and moments made out."""
    headers = {
        name.lower(): UUIDS.sub("*", value)
        for name, value in response.headers.items()
        if name.lower() not in {"x-request-id", "content-length", "ratelimit", "date"}
    }
    body = response.text.replace(response.headers["x-request-id"], "R")
    return response.status_code, UUIDS.sub("*", body), headers


async def entries(bank: Bank, response: httpx2.Response) -> list[Any]:
    payment = response.headers.get("location", "").rpartition("/")[2]
    facts = {"payment": payment, "request_id": response.headers["x-request-id"]}
    async with bank.database.read() as tx:
        return [tuple(row) for row in await tx.execute(ENTRIES, facts)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"remittance": "11月货款"},
        {"amount": {"amount": "1000.00", "currency": "CNY"}},
        {"creditor_name": "另一家公司"},
        {"creditor_account_number": "9900010000000000000"},
        {"amount": {"amount": "1.00", "currency": "USD"}},
        {"amount": {"amount": "300000.00", "currency": "CNY"}},
        {"amount": {"amount": "0.00", "currency": "CNY"}},
        {"debtor_account_id": "0197c0de-0000-7000-8000-000000000001"},
        {"surprise": True},
    ],
    ids=str,
)
async def test_the_answer_is_the_same_on_both_ways(
    bank: Bank, payer: Payer, change: Body, language: str
) -> None:
    ask = payer.customer.ask
    order = payer.order(**change)
    one = await ask("POST", PATH, json=order, key=str(new_id()), language=language)
    two = await ask("POST", PATH, json=order, key=str(new_id()), language=language, params=PLAINLY)
    assert seen(one) == seen(two)
    assert await entries(bank, one) == await entries(bank, two)


async def booked(bank: Bank, payer: Payer) -> int:
    """Return what is booked on a payer's account, in fen."""
    async with bank.database.read() as tx:
        account = await accounts.get(tx, UUID(payer.account["id"]))
        return (await ledger.balance(tx, account.ledger_account_id)).posted


async def test_a_key_is_one_on_both_ways(payer: Payer) -> None:
    ask = payer.customer.ask
    key, order = str(new_id()), payer.order()
    first = await ask("POST", PATH, json=order, key=key)
    again = await ask("POST", PATH, json=order, key=key)
    assert first.status_code == again.status_code == 201
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    other = await ask("POST", PATH, json=payer.order("2.00"), key=key)
    assert problem(other) == (422, "idempotency.key_reused")
    missing = await payer.customer.http.post(
        f"/api/v1{PATH}", json=order, headers=payer.customer.headers
    )
    assert problem(missing) == (400, "idempotency.key_required")


async def test_a_crowd_with_one_key_pays_once(payer: Payer) -> None:
    key, order = str(new_id()), payer.order("10.00")
    ask = payer.customer.ask
    answers = await asyncio.gather(*[ask("POST", PATH, json=order, key=key) for _ in range(20)])
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    balance = await payer.customer.get(f"/accounts/{payer.account['id']}/balance")
    assert balance["booked"]["amount"] == "90.00"


async def test_a_crowd_shares_transactions_and_nobody_overdraws(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    write = Database.write

    def watched(self: Database) -> Any:
        opened.append("write")
        return write(self)

    monkeypatch.setattr(Database, "write", watched)
    ask, order = payer.customer.ask, payer.order("4.00")
    answers = await asyncio.gather(
        *[ask("POST", PATH, json=order, key=str(new_id())) for _ in range(30)]
    )
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(422)) == (25, 5)
    assert len(opened) < 15
    balance = await payer.customer.get(f"/accounts/{payer.account['id']}/balance")
    assert balance["booked"]["amount"] == "0.00"


async def test_who_has_to_confirm_takes_the_route(payer: Payer) -> None:
    order = payer.order(creditor_account_number=payer.account["number"])
    refused = await payer.customer.ask("POST", PATH, json=order, key=str(new_id()))
    assert problem(refused) == (422, "payments.same_account")
    large = await payer.customer.ask("POST", PATH, json=payer.order("99.99"), key=str(new_id()))
    assert done(large)["status"] == "settled"


async def test_a_turn_that_fails_is_done_one_by_one(
    payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, calls = payments.execute, 0

    async def fails_once(*args: Any, **facts: Any) -> Any:
        nonlocal calls
        calls += 1
        outcome = await execute(*args, **facts)
        if calls == 1:
            raise ConnectionError
        return outcome

    monkeypatch.setattr(payments, "execute", fails_once)
    answer = await payer.customer.ask("POST", PATH, json=payer.order("5.00"), key=str(new_id()))
    assert answer.status_code == 201
    assert calls == 1  # the route pays by `transfer`
    balance = await payer.customer.get(f"/accounts/{payer.account['id']}/balance")
    assert balance["booked"]["amount"] == "95.00"


async def test_who_is_remembered_is_asked_about_each_time(bank: Bank, payer: Payer) -> None:
    async def pay(payer: Payer) -> tuple[int, str | None]:
        order = payer.order("1.00")
        answer = await payer.customer.ask("POST", PATH, json=order, key=str(new_id()))
        return answer.status_code, answer.json().get("code")

    other = await a_payer(bank)
    assert [await pay(each) for each in (payer, other, payer, other)] == [(201, None)] * 4
    gone = await payer.customer.ask("DELETE", "/identity/tokens/current")
    assert gone.status_code == 204
    answers = await asyncio.gather(*[pay(each) for each in (payer, other) * 5])
    assert answers == [(401, "auth.unauthenticated"), (201, None)] * 5
    assert [await booked(bank, each) for each in (payer, other)] == [98_00, 93_00]
