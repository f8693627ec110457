"""A few accounts over HTTP, and how to tell that a refusal is precise and leaves nothing behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.bank import Bank, Caller, problem
from tongbao.core.identity.service import Role
from tongbao.kernel.ids import new_id

TABLES = (
    "infra_outbox",
    "ledger_account",
    "ledger_asset",
    "ledger_hold",
    "ledger_open_pending",
    "ledger_period",
    "ledger_posting",
    "ledger_tail",
    "ledger_transaction",
    "ledger_tree_checkpoint",
    "ledger_tree_node",
)
PATH = "/ledger/transactions"


@dataclass(frozen=True)
class Books:
    """Two accounts with 100.00 yuan, the bank's cash, an account of dollars, and who may look."""

    staff: Caller
    ada: str
    bob: str
    cash: str
    dollars: str
    readers: tuple[Caller, ...]
    last_seen: list[object] = field(default_factory=list, compare=False, kw_only=True)

    def transaction(
        self, amount: object = "1.00", asset: str = "CNY/2", **more: object
    ) -> dict[str, Any]:
        return {
            "id": str(new_id()),
            "type": "transfer",
            "postings": [
                {
                    "debit": self.ada,
                    "credit": self.bob,
                    "amount": {"amount": amount, "asset": asset},
                }
            ],
            **more,
        }


async def open_books(bank: Bank) -> Books:
    """Open and fund the accounts."""
    staff = await bank.service()  # books directly, as staff does not

    async def account(asset: str, category: str = "liability", **more: object) -> str:
        opened = await staff.post(
            "/ledger/accounts", {"asset": asset, "category": category, **more}
        )
        return str(opened["id"])

    await staff.post("/ledger/assets", {"symbol": "POINT", "scale": 0})
    made = Books(
        staff=staff,
        ada=await account("CNY/2"),
        bob=await account("CNY/2"),
        cash=await account("CNY/2", "asset", overdraft=None),
        dollars=await account("USD/2"),
        readers=(await bank.staff(Role.STAFF_RISK), await bank.staff(Role.AUDITOR)),
    )
    for credited in (made.ada, made.bob):
        paid_in = made.transaction("100.00")
        paid_in["postings"][0].update(debit=made.cash, credit=credited)
        await staff.post(PATH, paid_in)
    return made


@asynccontextmanager
async def nothing_is_stored(bank: Bank, books: Books) -> AsyncIterator[None]:
    """Count rows and look at balances before and after the block.

    What is seen after one block is what was there before the next.
    """

    async def state() -> object:
        accounts = (books.ada, books.bob, books.cash)
        seen = [await books.staff.get(f"/ledger/accounts/{each}") for each in accounts]
        return bank.rows(*TABLES), seen

    before = books.last_seen.pop() if books.last_seen else await state()
    yield
    after = await state()
    books.last_seen.append(after)
    assert after == before


def precise(answers: dict[str, httpx2.Response]) -> tuple[int, str, list[tuple[str, str]]]:
    """Return status, code and the places of a refusal said in both languages."""
    found = set()
    for language, answer in answers.items():
        status, code = problem(answer)
        assert answer.headers["content-language"] == language
        body = answer.json()
        errors = body.get("errors", [])
        said = body["title"] + body.get("detail", "") + "".join(e["detail"] for e in errors)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said) == (language == "zh"), said
        found.add((status, code, tuple((e["pointer"], e["code"]) for e in errors)))
    ((status, code, places),) = found
    return status, code, list(places)
