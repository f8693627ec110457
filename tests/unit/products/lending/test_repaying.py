"""Repaying: what it takes, who may, and what the books say afterwards."""

from datetime import datetime, timedelta

import pytest

from tests.unit.products.lending.conftest import (
    AT,
    Customer,
    Office,
    activate_model,
    actor_for,
    attempt,
    events_of,
    kinds,
    new_customer,
)
from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.infra.auth import Forbidden
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.lending import service

LATER = AT + timedelta(days=30)


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


@pytest.fixture
async def drawn(tx: WriteSession, office: Office) -> tuple[Customer, service.LoanAccount]:
    """Give a good firm 300,000 yuan."""
    await activate_model(tx)
    customer = await new_customer(tx, kinds().good[0])
    application = await service.apply(
        tx, account_id=customer.account.id, applied_by=customer.actor, at=AT
    )
    await attempt(tx, application.id, office.gateway())
    loan = await service.accept(
        tx,
        application_id=application.id,
        amount=cny("300000.00"),
        accepted_by=customer.actor,
        at=AT,
    )
    return customer, await service.loan(tx, loan.id)


async def repay(
    tx: WriteSession,
    customer: Customer,
    account: service.LoanAccount,
    principal: str,
    *,
    at: datetime = LATER,
) -> service.Repayment:
    cost = service.cost_today(account, cny(principal), at=at)
    return await service.repay(
        tx,
        loan_id=account.loan.id,
        principal=cost.principal,
        total=cost.total,
        repaid_by=customer.actor,
        at=at,
    )


async def held(tx: WriteSession, customer: Customer) -> Money:
    return (await accounts.balance(tx, customer.account.id)).available


async def test_a_part_and_then_the_rest(
    tx: WriteSession, drawn: tuple[Customer, service.LoanAccount]
) -> None:
    customer, account = drawn
    before = await held(tx, customer)
    first = await repay(tx, customer, account, "100000.00")
    assert first.cost.days == 30
    assert first.cost.interest.minor > 0
    assert before - await held(tx, customer) == first.cost.total
    account = await service.loan(tx, account.loan.id)
    assert account.outstanding == cny("200000.00")
    income = await ledger.find_account(tx, "6011.CNY")
    assert income is not None
    earned = (await ledger.balance(tx, income.id)).posted
    # Nothing but the loan is on the account, so the interest for all of the rest is missing.
    short = service.cost_today(account, None, at=LATER).total - await held(tx, customer)
    assert short.minor > 0
    with pytest.raises(ledger.InsufficientFunds):
        async with tx.begin_nested():
            await repay(tx, customer, account, "200000.00")
    second = await repay(tx, customer, account, "190000.00")
    assert (await ledger.balance(tx, income.id)).posted - earned == second.cost.interest.minor
    page = await service.list_repayments(tx, account, after=None)
    assert [each.cost for each in page.items] == [second.cost, first.cost]
    assert await events_of(tx, account.loan.id) == [
        "lending.loan_disbursed",
        "lending.loan_repaid",
        "lending.loan_repaid",
    ]


async def test_on_the_same_day_it_costs_nothing(
    tx: WriteSession, drawn: tuple[Customer, service.LoanAccount]
) -> None:
    customer, account = drawn
    repaid = await repay(tx, customer, account, "300000.00", at=AT)
    assert repaid.cost.interest == cny("0.00")
    assert (await service.loan(tx, account.loan.id)).outstanding == cny("0.00")
    with pytest.raises(service.AmountNotOwed):
        service.cost_today(await service.loan(tx, account.loan.id), None, at=AT)


@pytest.mark.parametrize("principal", ["0.00", "300000.01", "-1.00"])
async def test_only_what_is_owed(
    tx: WriteSession, drawn: tuple[Customer, service.LoanAccount], principal: str
) -> None:
    customer, account = drawn
    with pytest.raises(service.AmountNotOwed):
        await service.repay(
            tx,
            loan_id=account.loan.id,
            principal=cny(principal),
            total=cny(principal),
            repaid_by=customer.actor,
            at=LATER,
        )


async def test_what_leaves_is_what_was_shown(
    tx: WriteSession, drawn: tuple[Customer, service.LoanAccount]
) -> None:
    customer, account = drawn
    shown = service.cost_today(account, cny("100000.00"), at=LATER)
    with pytest.raises(service.CostChanged):
        await service.repay(
            tx,
            loan_id=account.loan.id,
            principal=shown.principal,
            total=shown.total,
            repaid_by=customer.actor,
            at=LATER + timedelta(days=1),
        )


async def test_nobody_else_repays(
    tx: WriteSession, drawn: tuple[Customer, service.LoanAccount]
) -> None:
    _, account = drawn
    stranger = actor_for(new_id())
    with pytest.raises(service.UnknownLoan):
        await service.repay(
            tx,
            loan_id=account.loan.id,
            principal=cny("1.00"),
            total=cny("1.00"),
            repaid_by=stranger,
            at=LATER,
        )
    viewer = actor_for(account.loan.party_id, roles=())
    with pytest.raises(Forbidden):
        await service.repay(
            tx,
            loan_id=account.loan.id,
            principal=cny("1.00"),
            total=cny("1.00"),
            repaid_by=viewer,
            at=LATER,
        )
