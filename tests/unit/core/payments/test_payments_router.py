"""`/api/v1/payments`: answers, problem codes, who may see what, and repeated requests."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.unit.core.conftest import AT, Caller, Staff
from tests.unit.core.payments.conftest import pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

URL = "/api/v1/payments"
Problem = Callable[[httpx2.Response], tuple[int, str]]
Customer = Callable[[str], Any]


class Firm:
    """A customer with an account, who pays."""

    def __init__(self, name: str, caller: Caller, account: accounts.DepositAccount) -> None:
        self.name = name
        self.caller = caller
        self.account = account

    def order(self, to: "Firm", amount: str = "10.00", **facts: object) -> dict[str, object]:
        return {
            "debtor_account_id": str(self.account.id),
            "creditor_account_number": to.account.number,
            "creditor_name": to.name,
            "amount": {"amount": amount, "currency": "CNY"},
            **facts,
        }

    def headers(self, key: str | None = None) -> dict[str, str]:
        return {**self.caller.headers, "Idempotency-Key": key or str(new_id())}


@pytest.fixture
async def firms(database: Database, customer: Customer) -> tuple[Firm, Firm]:
    made = []
    for name, money in (("华东建材", "100.00"), ("北方钢铁", None)):
        caller = await customer(name)
        async with database.write() as tx:
            await parties.set_level(
                tx,
                party_id=caller.party_id,
                level=parties.Level.FULL,
                reason="测试",
                changed_by=None,
                at=AT,
            )
            account = await accounts.open_account(
                tx, party_id=caller.party_id, currency="CNY", at=AT
            )
            if money is not None:
                await pay_in(tx, account, Money.parse(money, "CNY"))
        made.append(Firm(name, caller, account))
    async with database.write() as tx:
        await payments.confirm_payee(
            tx,
            party_id=made[0].caller.party_id,
            account_number=made[1].account.number,
            confirmed_by=made[0].caller.actor.id,
            at=AT,
        )
    return made[0], made[1]


async def test_a_firm_pays_its_supplier_and_both_see_it(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm]
) -> None:
    firm, supplier = firms
    response = await client.post(
        URL, json=firm.order(supplier, remittance="货款"), headers=firm.headers()
    )
    assert response.status_code == 201, response.text
    payment = response.json()
    assert payment["status"] == "settled"
    assert payment["amount"] == {"amount": "10.00", "currency": "CNY"}
    assert payment["kind"] == "book_transfer"
    assert payment["debtor"] == {
        "account_number": firm.account.number,
        "name": "华东建材",
        "bank_code": None,
    }
    for side in firms:
        read = await client.get(response.headers["location"], headers=side.caller.headers)
        assert read.json() == payment
        listed = await client.get(
            URL, params={"account_id": str(side.account.id)}, headers=side.caller.headers
        )
        assert listed.json() == {"items": [payment], "next": None}


async def test_a_refused_payment_is_a_problem_and_is_kept(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm], problem: Problem
) -> None:
    firm, supplier = firms
    response = await client.post(URL, json=firm.order(supplier, "100.01"), headers=firm.headers())
    assert problem(response) == (422, "ledger.insufficient_funds")
    body = response.json()
    assert body["iso_reason_code"] == "AM04"
    assert body["available"] == "100.00"
    read = await client.get(f"{URL}/{body['payment_id']}", headers=firm.caller.headers)
    assert read.json()["status"] == "rejected"
    assert read.json()["reason"]["code"] == "ledger.insufficient_funds"
    assert response.headers["location"] == f"{URL}/{body['payment_id']}"
    hidden = await client.get(f"{URL}/{body['payment_id']}", headers=supplier.caller.headers)
    assert problem(hidden) == (404, "payments.unknown_payment")


async def test_the_same_key_pays_once(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm], problem: Problem
) -> None:
    firm, supplier = firms
    headers = firm.headers("key-1")
    first = await client.post(URL, json=firm.order(supplier), headers=headers)
    again = await client.post(URL, json=firm.order(supplier), headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == first.content
    other = await client.post(URL, json=firm.order(supplier, "11.00"), headers=headers)
    assert problem(other)[0] in {409, 422}
    balance = await client.get(
        f"{URL}", params={"account_id": str(firm.account.id)}, headers=firm.caller.headers
    )
    assert len(balance.json()["items"]) == 1


async def test_a_refusal_is_repeated_under_its_key(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm]
) -> None:
    firm, supplier = firms
    headers = firm.headers("key-2")
    order = firm.order(supplier, creditor_name="别人")
    first = await client.post(URL, json=order, headers=headers)
    again = await client.post(URL, json=order, headers=headers)
    assert first.status_code == again.status_code == 422
    assert first.json()["payment_id"] == again.json()["payment_id"]
    listed = await client.get(
        URL, params={"account_id": str(firm.account.id)}, headers=firm.caller.headers
    )
    assert len(listed.json()["items"]) == 1


async def test_a_key_is_required(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm], problem: Problem
) -> None:
    firm, supplier = firms
    response = await client.post(URL, json=firm.order(supplier), headers=firm.caller.headers)
    assert problem(response) == (400, "idempotency.key_required")


async def test_an_id_that_was_used_is_a_conflict(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm], problem: Problem
) -> None:
    firm, supplier = firms
    order = firm.order(supplier, end_to_end_id="INV-1")
    assert (await client.post(URL, json=order, headers=firm.headers())).status_code == 201
    again = await client.post(URL, json=order, headers=firm.headers())
    assert problem(again) == (409, "payments.end_to_end_id_used")


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": {"amount": "0.001", "currency": "CNY"}},
        {"amount": {"amount": "1e3", "currency": "CNY"}},
        {"amount": {"amount": 10, "currency": "CNY"}},
        {"amount": "10.00"},
        {"amount": {"amount": "99999999999999999999.00", "currency": "CNY"}},
        {"amount": {"amount": "0", "currency": "CNY"}},
        {"amount": {"amount": "-5", "currency": "CNY"}},
        {"creditor_account_number": "123"},
        {"creditor_name": ""},
        {"end_to_end_id": "发票"},
        {"remittance": "x" * 141},
        {"debtor_account_id": "x"},
        {"more": 1},
    ],
)
async def test_hostile_orders_are_refused_and_not_stored(
    client: httpx2.AsyncClient,
    firms: tuple[Firm, Firm],
    problem: Problem,
    facts: dict[str, object],
) -> None:
    firm, supplier = firms
    response = await client.post(URL, json=firm.order(supplier) | facts, headers=firm.headers())
    assert problem(response)[0] == 422
    listed = await client.get(
        URL, params={"account_id": str(firm.account.id)}, headers=firm.caller.headers
    )
    assert listed.json()["items"] == []


async def test_payments_are_listed_by_direction_and_status(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm], problem: Problem
) -> None:
    firm, supplier = firms
    await client.post(URL, json=firm.order(supplier), headers=firm.headers())
    account = str(firm.account.id)

    async def listed(**wanted: str | list[str]) -> httpx2.Response:
        params = {"account_id": account, **wanted}
        return await client.get(URL, params=params, headers=firm.caller.headers)

    assert len((await listed(direction="out", status=["settled", "sent"])).json()["items"]) == 1
    assert (await listed(direction="in")).json()["items"] == []
    assert (await listed(status="rejected")).json()["items"] == []
    assert problem(await listed(status="paid")) == (422, "request.invalid")


async def test_nobody_pays_from_or_looks_into_anothers_account(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm], problem: Problem
) -> None:
    firm, supplier = firms
    response = await client.post(URL, json=firm.order(supplier), headers=supplier.headers())
    assert problem(response) == (404, "accounts.unknown_account")
    listed = await client.get(
        URL, params={"account_id": str(firm.account.id)}, headers=supplier.caller.headers
    )
    assert problem(listed) == (404, "accounts.unknown_account")
    assert (await client.get(URL, params={"account_id": str(firm.account.id)})).status_code == 401


async def test_staff_reads_but_does_not_pay(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm], staff: Staff, problem: Problem
) -> None:
    firm, supplier = firms
    made = await client.post(URL, json=firm.order(supplier), headers=firm.headers())
    clerk = staff(Role.AUDITOR)
    read = await client.get(made.headers["location"], headers=clerk.headers)
    assert read.json() == made.json()
    refused = await client.post(
        URL, json=firm.order(supplier), headers={**clerk.headers, "Idempotency-Key": "k"}
    )
    assert problem(refused) == (403, "auth.forbidden")


async def test_the_reason_speaks_the_readers_language(
    client: httpx2.AsyncClient, firms: tuple[Firm, Firm]
) -> None:
    firm, supplier = firms
    made = await client.post(
        URL, json=firm.order(supplier, creditor_name="别人"), headers=firm.headers()
    )
    assert "name" in made.json()["detail"]
    location = made.headers["location"]
    chinese = {**firm.caller.headers, "Accept-Language": "zh-CN"}
    read = await client.get(location, headers=chinese)
    assert "户名" in read.json()["reason"]["text"]
