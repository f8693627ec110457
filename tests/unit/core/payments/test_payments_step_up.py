"""Which transfers are confirmed once more, and that a confirmation is for exactly one of them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.payments.conftest import Holder, pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.identity.domain.step_up import RULES, Action, StepUpRequired
from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.domain.step_up import (
    LARGE,
    LARGE_FROM_MAJOR,
    NEW_PAYEE,
    action_to_confirm,
    large_from,
)
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


async def payer(tx: WriteSession, money: str = "90000.00") -> tuple[Person, Holder]:
    """Somebody with a passkey and money."""
    person = await new_person(tx)
    (party_id,) = person.user.party_ids
    allowed = permissions([Role.CUSTOMER])
    person.actor = replace(person.actor, permissions=allowed, grants={party_id: allowed})
    await person.add_passkey(tx)
    level = parties.Level.STANDARD  # large from 5,000
    await parties.set_level(
        tx, party_id=party_id, level=level, reason="测试", changed_by=None, at=AT
    )
    account = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
    await pay_in(tx, account, cny(money))
    return person, Holder("张伟", account, person.actor)


async def payee(tx: WriteSession) -> Holder:
    _, holder = await payer(tx, "1.00")
    return holder


async def pay(
    tx: WriteSession, debtor: Holder, creditor: Holder, amount: str, **facts: Any
) -> service.Transfer:
    order = {
        "debtor_account_id": debtor.account.id,
        "creditor_account_number": creditor.account.number,
        "creditor_name": creditor.name,
        "amount": cny(amount),
        "initiated_by": debtor.actor,
        "at": AT,
        **facts,
    }
    return await service.transfer(tx, **order)


async def required(
    tx: WriteSession, debtor: Holder, creditor: Holder, amount: str, **facts: Any
) -> Action:
    """Pay, which must need a confirmation; return of what."""
    with pytest.raises(StepUpRequired) as refused:
        await pay(tx, debtor, creditor, amount, **facts)
    action = refused.value.facts["action"]
    assert isinstance(action, dict)
    return Action(**action)


def test_the_limit_grows_with_the_level_and_is_lower_in_other_currencies() -> None:
    limits = [large_from("CNY", level=level) for level in range(4)]
    assert limits == [Money(major * 100, "CNY") for major in LARGE_FROM_MAJOR]
    assert limits == sorted(set(limits), key=lambda each: each.minor)
    assert large_from("CNY", level=9) == limits[-1]
    assert large_from("CNY", level=-1) == limits[0]
    assert large_from("USD", level=0) == Money.parse("50.00", "USD")
    assert large_from("JPY", level=0) == Money.parse("50", "JPY")


async def test_one_fen_below_the_limit_to_a_known_payee_needs_nothing(tx: WriteSession) -> None:
    _, debtor = await payer(tx)
    order = await pay(tx, debtor, await payee(tx), "999.99", without_step_up=True)
    assert action_to_confirm(order, level=1, payee_is_known=True) is None
    at_limit = replace(order, amount=cny("1000.00"))
    large = action_to_confirm(at_limit, level=1, payee_is_known=True)
    assert large is not None
    assert large.kind == LARGE
    assert action_to_confirm(at_limit, level=2, payee_is_known=True) is None
    new = action_to_confirm(order, level=3, payee_is_known=False)
    assert new is not None
    assert new.kind == NEW_PAYEE
    assert {LARGE, NEW_PAYEE} <= set(RULES)


async def test_a_payee_is_confirmed_once(tx: WriteSession) -> None:
    person, debtor = await payer(tx)
    creditor = await payee(tx)
    action = await required(tx, debtor, creditor, "10.00")
    assert action.kind == NEW_PAYEE
    assert action.facts == {
        "debtor_account_number": debtor.account.number,
        "creditor_account_number": creditor.account.number,
        "creditor_name": "张伟",
        "amount": "10.00",
        "currency": "CNY",
    }
    token = await person.confirmed(tx, action)
    assert (await pay(tx, debtor, creditor, "10.00", step_up_token=token)).refusal is None
    assert (await pay(tx, debtor, creditor, "999.99")).refusal is None
    assert (await required(tx, debtor, creditor, "5000.00")).kind == LARGE


async def test_having_been_paid_makes_no_payee_known(tx: WriteSession) -> None:
    _, debtor = await payer(tx)
    creditor = await payee(tx)
    await pay(tx, debtor, creditor, "1.00", without_step_up=True)
    assert (await required(tx, debtor, creditor, "1.00")).kind == NEW_PAYEE


async def test_a_payee_is_known_to_the_party_that_confirmed_it_only(tx: WriteSession) -> None:
    person, debtor = await payer(tx)
    _, other = await payer(tx)
    creditor = await payee(tx)
    token = await person.confirmed(tx, await required(tx, debtor, creditor, "10.00"))
    await pay(tx, debtor, creditor, "10.00", step_up_token=token)
    assert (await required(tx, other, creditor, "10.00")).kind == NEW_PAYEE


@pytest.mark.parametrize("change", ["amount", "payee", "account", "user", "session"])
async def test_a_confirmation_is_for_nothing_else(tx: WriteSession, change: str) -> None:
    person, debtor = await payer(tx)
    creditor, thief = await payee(tx), await payee(tx)
    token = await person.confirmed(tx, await required(tx, debtor, creditor, "5000.00"))
    actor, to, amount = debtor.actor, creditor, "5000.00"
    if change == "amount":
        amount = "5000.01"
    elif change == "payee":
        to = thief
    elif change == "account":
        (party_id,) = actor.party_ids
        second = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
        await pay_in(tx, second, cny("9000.00"))
        debtor = replace(debtor, account=second)
    elif change == "user":
        actor = replace(actor, id=new_id())
    else:
        actor = replace(actor, session_id=new_id())
    before = await tx.scalar(select(func.count()).select_from(PaymentOrderRow))
    with pytest.raises(StepUpRequired) as refused:
        await pay(tx, debtor, to, amount, step_up_token=token, initiated_by=actor)
    assert refused.value.facts["token_refused"] is True
    assert await tx.scalar(select(func.count()).select_from(PaymentOrderRow)) == before


async def test_a_confirmation_pays_once(tx: WriteSession) -> None:
    person, debtor = await payer(tx)
    creditor = await payee(tx)
    token = await person.confirmed(tx, await required(tx, debtor, creditor, "5000.00"))
    assert (await pay(tx, debtor, creditor, "5000.00", step_up_token=token)).refusal is None
    await required(tx, debtor, creditor, "5000.00", step_up_token=token)


async def test_an_order_that_is_rejected_anyway_needs_no_confirmation(tx: WriteSession) -> None:
    _, debtor = await payer(tx)
    creditor = await payee(tx)
    order = await pay(tx, debtor, replace(creditor, name="别人"), "5000.00")
    assert order.refusal is not None
    assert order.refusal.code == "payments.creditor_name_mismatch"


async def test_of_many_payments_with_one_token_one_is_made(database: Database) -> None:
    async with database.write() as tx:
        person, debtor = await payer(tx)
        creditor = await payee(tx)
        action = await required(tx, debtor, creditor, "5000.00")
        token = await person.confirmed(tx, action)

    async def one() -> service.Transfer:
        async with database.write() as tx:
            return await pay(tx, debtor, creditor, "5000.00", step_up_token=token)

    results = await asyncio.gather(*(one() for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(each, service.Transfer) for each in results) == 1
    assert sum(isinstance(each, StepUpRequired) for each in results) == 5
    async with database.read() as reading:
        balance = await accounts.balance(reading, debtor.account.id)
    assert balance.booked == cny("85000.00")
