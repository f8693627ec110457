"""A transaction's id stands for one content, booked once, however often and whenever it comes."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.support.bank import Bank, Caller, done, problem
from tongbao.kernel.ids import new_id

PATH = "/ledger/transactions"
AT_ONCE = 6


@dataclass(frozen=True)
class Cash:
    """Two accounts of the bank's own, without a limit."""

    staff: Caller
    left: str
    right: str

    def transaction(self, **change: object) -> dict[str, Any]:
        amount = {"amount": "1.00", "asset": "CNY/2"}
        posting = {"debit": self.left, "credit": self.right, "amount": amount}
        return {"id": str(new_id()), "type": "test", "postings": [posting], **change}

    async def at_once(self, bodies: list[dict[str, Any]]) -> list[httpx2.Response]:
        sent = [self.staff.ask("POST", PATH, json=body) for body in bodies]
        return await asyncio.gather(*sent)


@pytest.fixture(scope="module")
async def cash(bank: Bank) -> Cash:
    staff = await bank.service()  # books directly, as staff does not
    account = {"asset": "CNY/2", "category": "asset", "overdraft": None}
    left, right = [(await staff.post("/ledger/accounts", account))["id"] for _ in range(2)]
    return Cash(staff, left, right)


async def test_again_is_answered_again(bank: Bank, cash: Cash) -> None:
    body = cash.transaction()
    first = await cash.staff.ask("POST", PATH, json=body)
    assert first.status_code == 201
    before = bank.rows("ledger_transaction", "ledger_posting", "infra_outbox")
    again = await cash.staff.ask("POST", PATH, json=body)
    assert again.status_code == 200
    assert again.headers["idempotency-replayed"] == "true"
    assert done(again)["status"] == "duplicate"
    assert done(again)["sequence"] == done(first)["sequence"]
    assert bank.rows("ledger_transaction", "ledger_posting", "infra_outbox") == before


async def test_other_content_is_refused(bank: Bank, cash: Cash) -> None:
    body = cash.transaction()
    await cash.staff.post(PATH, body)
    before = bank.rows("ledger_transaction", "ledger_posting", "infra_outbox")
    other = cash.transaction()["postings"]
    other[0]["amount"] = {"amount": "1.01", "asset": "CNY/2"}
    turned = cash.transaction()["postings"]
    turned[0].update(debit=cash.right, credit=cash.left)
    for change in (
        {"postings": other},
        {"postings": turned},
        {"postings": body["postings"] * 2},
        {"type": "other"},
        {"reference": "other"},
        {"effective_on": "2020-01-01"},
        {"metadata": {"a": "b"}},
        {"correlation_id": str(new_id())},
    ):
        for language in ("zh", "en"):
            refused = await cash.staff.ask("POST", PATH, json={**body, **change}, language=language)
            assert problem(refused) == (422, "ledger.id_reused"), change
    assert bank.rows("ledger_transaction", "ledger_posting", "infra_outbox") == before


async def test_the_same_at_once_is_booked_once(bank: Bank, cash: Cash) -> None:
    before = bank.rows("ledger_transaction")["ledger_transaction"]
    body = cash.transaction()
    answers = await cash.at_once([body] * AT_ONCE)
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({done(answer)["sequence"] for answer in answers}) == 1
    assert bank.rows("ledger_transaction")["ledger_transaction"] == before + 1


async def test_other_contents_at_once_are_booked_once(bank: Bank, cash: Cash) -> None:
    before = bank.rows("ledger_transaction")["ledger_transaction"]
    one = str(new_id())
    bodies = [cash.transaction(id=one, reference=str(i)) for i in range(AT_ONCE)]
    answers = await cash.at_once(bodies)
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (AT_ONCE - 1)
    refused = [problem(answer)[1] for answer in answers if answer.is_error]
    assert refused == ["ledger.id_reused"] * (AT_ONCE - 1)
    assert bank.rows("ledger_transaction")["ledger_transaction"] == before + 1


async def test_twice_in_one_batch_is_booked_once(bank: Bank, cash: Cash) -> None:
    before = bank.rows("ledger_transaction")["ledger_transaction"]
    body = cash.transaction()
    batch = [body, body, {**body, "type": "other"}]
    (booked, again, other) = done(
        await cash.staff.ask("POST", "/ledger/batches", json={"transactions": batch})
    )["results"]
    assert (booked["status"], again["status"]) == ("posted", "duplicate")
    assert (other["status"], other["code"]) == ("refused", "ledger.id_reused")
    assert bank.rows("ledger_transaction")["ledger_transaction"] == before + 1
