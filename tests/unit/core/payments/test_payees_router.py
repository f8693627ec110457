"""`/api/v1/payments/payees`, name checks and one-click pay: answers and problem codes."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from tests.unit.core.conftest import AT, Caller
from tests.unit.core.payments.conftest import pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.core.payments.domain.payees import NAME_CHECKS_MISSED_MAX
from tongbao.core.payments.models import OneClickRow
from tongbao.infra.db import Database
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

URL = "/api/v1/payments"
Problem = Callable[[httpx2.Response], tuple[int, str]]
Customer = Callable[[str], Awaitable[Caller]]


class Pair:
    """Who pays and whom; the payer has money, and one-click pay where said."""

    def __init__(self, payer: Caller, payee: Caller, opened: list[accounts.DepositAccount]) -> None:
        self.payer, self.payee = payer, payee
        self.account, self.other = opened

    @property
    def body(self) -> dict[str, object]:
        return {
            "party_id": str(self.payer.party_id),
            "name": "早餐店",
            "account_number": self.other.number,
            "nickname": "楼下",
            "groups": ["吃"],
        }

    def pays(self, amount: str) -> dict[str, object]:
        return {
            "debtor_account_id": str(self.account.id),
            "amount": {"amount": amount, "currency": "CNY"},
        }


@pytest.fixture
async def pair(database: Database, customer: Customer) -> Pair:
    payer, payee = await customer("食客"), await customer("早餐店")
    async with database.write() as tx:
        await parties.set_level(
            tx,
            party_id=payer.party_id,
            level=parties.Level.FULL,
            reason="测试",
            changed_by=None,
            at=AT,
        )
        opened = [
            await accounts.open_account(tx, party_id=each.party_id, currency="CNY", at=AT)
            for each in (payer, payee)
        ]
        await pay_in(tx, opened[0], Money.parse("100.00", "CNY"))
    return Pair(payer, payee, opened)


async def allow(database: Database, pair: Pair) -> None:
    """Let the payer pay with one click, and know the payee."""
    async with database.write() as tx:
        await payments.confirm_payee(
            tx,
            party_id=pair.payer.party_id,
            account_number=pair.other.number,
            confirmed_by=pair.payer.actor.id,
            at=AT,
        )
        tx.add(
            OneClickRow(
                party_id=pair.payer.party_id,
                currency="CNY",
                per_payment_minor=2_000,
                per_day_minor=3_000,
                used_on=business_date(now()),
                set_by=pair.payer.actor.id,
                set_at=AT,
            )
        )


async def test_a_payee_is_saved_changed_and_removed(
    client: httpx2.AsyncClient, pair: Pair, problem: Problem
) -> None:
    headers = pair.payer.headers
    response = await client.post(f"{URL}/payees", json=pair.body, headers=headers)
    assert response.status_code == 201, response.text
    payee, where = response.json(), response.headers["location"]
    assert (payee["nickname"], payee["confirmed_at"], payee["cooled_from"]) == ("楼下", None, None)
    twice = await client.post(f"{URL}/payees", json=pair.body, headers=headers)
    assert problem(twice) == (409, "payments.payee_already_saved")
    listed = await client.get(
        f"{URL}/payees", params={"party_id": payee["party_id"], "group": "吃"}, headers=headers
    )
    assert listed.json() == {"items": [payee], "next": None}
    changed = await client.patch(where, json={"nickname": "早点"}, headers=headers)
    assert changed.json() == {**payee, "nickname": "早点", "groups": []}
    for method in ("GET", "DELETE"):
        strange = await client.request(method, where, headers=pair.payee.headers)
        assert problem(strange) == (404, "payments.unknown_payee")
    assert (await client.delete(where, headers=headers)).status_code == 204
    assert problem(await client.get(where, headers=headers)) == (404, "payments.unknown_payee")


async def test_a_payee_is_confirmed_by_a_step_up(
    client: httpx2.AsyncClient, pair: Pair, problem: Problem
) -> None:
    saved = await client.post(f"{URL}/payees", json=pair.body, headers=pair.payer.headers)
    where = f"{saved.headers['location']}/confirm"
    asked = await client.post(where, headers=pair.payer.headers)
    assert problem(asked) == (403, "identity.step_up_required")
    assert asked.json()["action"]["kind"] == "payments.payee.confirm"
    assert asked.json()["action"]["facts"]["creditor_account_number"] == pair.other.number


async def test_a_name_is_checked_until_there_were_too_many_guesses(
    client: httpx2.AsyncClient, pair: Pair, problem: Problem
) -> None:
    whose = str(pair.payer.party_id)

    async def ask(name: str) -> httpx2.Response:
        body = {"party_id": whose, "account_number": pair.other.number, "name": name}
        return await client.post(f"{URL}/name-checks", json=body, headers=pair.payer.headers)

    assert (await ask("早餐店")).json() == {
        "result": "match",
        "text": "The name is that of the account",
    }
    for number in range(NAME_CHECKS_MISSED_MAX):
        assert (await ask(f"猜{number}")).json()["result"] == "no_match"
    assert problem(await ask("早餐店")) == (429, "payments.too_many_name_checks")


async def test_a_click_pays_once_per_key_and_not_beyond(
    client: httpx2.AsyncClient, database: Database, pair: Pair, problem: Problem
) -> None:
    saved = await client.post(f"{URL}/payees", json=pair.body, headers=pair.payer.headers)
    where, whose = f"{saved.headers['location']}/pay", {"party_id": str(pair.payer.party_id)}
    keyed = {**pair.payer.headers, "Idempotency-Key": str(new_id())}
    off = await client.post(where, json=pair.pays("8.00"), headers=keyed)
    assert problem(off) == (422, "payments.one_click_off")
    read: dict[str, Any] = {
        "params": {**whose, "currency": "CNY"},
        "headers": pair.payer.headers,
    }
    nothing = await client.get(f"{URL}/one-click", **read)
    assert nothing.status_code == 200
    sums = [nothing.json()[each] for each in ("per_payment", "per_day", "used_today", "left")]
    assert sums == [{"amount": "0.00", "currency": "CNY"}] * 4
    assert nothing.json()["enabled"] is False
    await allow(database, pair)
    keyed["Idempotency-Key"] = str(new_id())
    first = await client.post(where, json=pair.pays("8.00"), headers=keyed)
    again = await client.post(where, json=pair.pays("8.00"), headers=keyed)
    assert first.status_code == again.status_code == 201, first.text
    assert first.json()["creditor"] == {
        "account_number": pair.other.number,
        "name": "早餐店",
        "bank_code": None,
    }
    assert again.content == first.content
    left = (await client.get(f"{URL}/one-click", **read)).json()
    assert left["enabled"] is True
    assert (left["used_today"]["amount"], left["left"]["amount"]) == ("8.00", "20.00")
    keyed["Idempotency-Key"] = str(new_id())
    beyond = await client.post(where, json=pair.pays("20.01"), headers=keyed)
    assert problem(beyond) == (422, "payments.beyond_one_click")
    less = {
        **whose,
        "per_payment": {"amount": "1.00", "currency": "CNY"},
        "per_day": {"amount": "30.00", "currency": "CNY"},
    }
    put = await client.put(f"{URL}/one-click", json=less, headers=pair.payer.headers)
    assert put.json()["left"]["amount"] == "1.00"
    more = {**less, "per_day": {"amount": "31.00", "currency": "CNY"}}
    asked = await client.put(f"{URL}/one-click", json=more, headers=pair.payer.headers)
    assert problem(asked) == (403, "identity.step_up_required")
    strange = await client.get(
        f"{URL}/one-click", params=read["params"], headers=pair.payee.headers
    )
    assert problem(strange) == (404, "parties.unknown_party")
    assert (await client.delete(f"{URL}/one-click", **read)).status_code == 204
    assert (await client.get(f"{URL}/one-click", **read)).json() == nothing.json()
