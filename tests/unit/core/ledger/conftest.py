"""Accounts to book on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import Account, Category, NewPosting, NewTransaction, TransactionId
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)


def transaction(*postings: tuple[Account, Account, str], **facts: object) -> NewTransaction:
    """Return a transaction in yuan: (debit, credit, amount) per posting."""
    return NewTransaction(
        **{"id": TransactionId(new_id()), "type": "test", **facts},  # type: ignore[arg-type]
        postings=tuple(
            NewPosting(debit.id, credit.id, Money.parse(amount, "CNY"))
            for debit, credit, amount in postings
        ),
    )


@dataclass(frozen=True)
class Books:
    """Cash without a limit, two customers; Ada holds 100.00, Bob nothing."""

    cash: Account
    ada: Account
    bob: Account


async def make_books(tx: WriteSession) -> Books:
    cash = await ledger.open_account(
        tx, asset="CNY", category=Category.ASSET, overdraft=None, at=AT
    )
    ada, bob = [
        await ledger.open_account(tx, asset="CNY/2", category=Category.LIABILITY, at=AT)
        for _ in range(2)
    ]
    (result,) = await ledger.post(tx, [transaction((cash, ada, "100.00"))], at=AT)
    result.raise_for_refusal()
    return Books(cash, ada, bob)


@pytest.fixture
async def books(tx: WriteSession) -> Books:
    return await make_books(tx)


Posted = Callable[[Account], Awaitable[str]]


@pytest.fixture
def posted(tx: WriteSession) -> Posted:
    async def read(account: Account) -> str:
        balance = await ledger.balance(tx, account.id)
        return balance.asset.text(balance.posted)

    return read
