"""Two firms with accounts and money, and the payments router."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from tests.unit.core.conftest import AT
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.payments.router import api
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


@dataclass(frozen=True)
class Holder:
    """A party with one account, and a user who acts for it."""

    name: str
    account: accounts.DepositAccount
    actor: Actor


NewHolder = Callable[..., Awaitable[Holder]]


async def pay_in(tx: WriteSession, account: accounts.DepositAccount, amount: Money) -> None:
    cash = await ledger.internal_account(
        tx,
        code=f"test.payments.cash.{amount.currency}",
        asset=amount.currency,
        category=ledger.Category.ASSET,
        name="现金",
        at=AT,
    )
    posting = ledger.NewPosting(debit=cash.id, credit=account.ledger_account_id, amount=amount)
    deposit = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()), type="test.deposit", postings=(posting,)
    )
    (result,) = await ledger.post(tx, [deposit], at=AT)
    result.raise_for_refusal()


async def new_holder(
    tx: WriteSession,
    name: str,
    *,
    money: str | None = None,
    currency: str = "CNY",
    level: parties.Level = parties.Level.FULL,
) -> Holder:
    party = await parties.register_person(tx, name=name, at=AT)
    await parties.set_level(
        tx, party_id=party.id, level=level, reason="测试", changed_by=None, at=AT
    )
    account = await accounts.open_account(tx, party_id=party.id, currency=currency, at=AT)
    if money is not None:
        await pay_in(tx, account, Money.parse(money, currency))
    actor = Actor(
        id=new_id(),
        kind="customer",
        name=name,
        party_ids=frozenset({party.id}),
        permissions=permissions([Role.CUSTOMER]),
    )
    return Holder(name, account, actor)


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.include_router(api)
    return app
