"""Orders to other banks that take a second person of the firm."""

import pytest
from sqlalchemy import select

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.conftest import AT
from tests.unit.core.payments.outgoing import BANK, THERE
from tests.unit.core.payments.test_payments_approval import Firm, approve, cny, firm
from tongbao.core.identity.domain.step_up import Action, StepUpRequired
from tongbao.core.payments import service
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.core.payments.service.orders.approving import not_approved
from tongbao.infra import proposals
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Proposal

__all__ = ["firm"]

CLOCK = Clock(at=AT)


async def proposed(tx: WriteSession, firm: Firm, amount: str = "20000.00") -> Proposal:
    made = await service.ask_credit_transfer(
        tx,
        service.NewCreditTransfer(
            debtor_account_id=firm.account.id,
            creditor_account_number=THERE,
            creditor_name="北方钢铁",
            creditor_bank_code=BANK,
            amount=cny(amount),
        ),
        initiated_by=firm.maker.actor,
        at=AT,
    )
    assert isinstance(made, Proposal)
    return made


async def order_of(tx: WriteSession, made: Proposal) -> service.PaymentOrder:
    order_id = await tx.scalar(
        select(PaymentOrderRow.id).where(PaymentOrderRow.approval_id == made.id)
    )
    assert order_id is not None
    return await service.get(tx, order_id)


async def token(tx: WriteSession, firm: Firm, made: Proposal) -> str:
    with pytest.raises(StepUpRequired) as refused:
        await approve(tx, made, firm.checker.actor, token=None)
    wanted = refused.value.facts["action"]
    assert isinstance(wanted, dict)
    assert wanted["facts"]["creditor_bank_code"] == BANK
    return await firm.checker.confirmed(tx, Action(**wanted), at=AT)


async def test_the_order_waits_and_is_reserved_by_the_approval(
    tx: WriteSession, firm: Firm
) -> None:
    made = await proposed(tx, firm)
    assert (await order_of(tx, made)).status == "awaiting_approval"
    assert await firm.balance(tx) == cny("90000.00")
    with outside(CLOCK, MemoryChannel("bank")):
        done = await approve(tx, made, firm.checker.actor, token=await token(tx, firm, made))
    order = await order_of(tx, made)
    assert (order.status, done.location) == ("reserved", f"/api/v1/payments/{order.id}")
    assert await firm.balance(tx) == cny("70000.00")
    told = await service.history(tx, order.id)
    assert [(each.after, each.by) for each in told.transitions] == [
        ("created", firm.maker.actor.id),
        ("awaiting_approval", firm.maker.actor.id),
        ("screened", firm.checker.actor.id),
        ("reserved", None),
    ]


async def test_a_rule_that_rejects_it_leaves_the_proposal_open(
    tx: WriteSession, firm: Firm
) -> None:
    made = await proposed(tx, firm)
    good = await token(tx, firm, made)
    savepoint = await tx.begin_nested()
    with outside(CLOCK), pytest.raises(service.NoRoute):
        await approve(tx, made, firm.checker.actor, token=good)
    await savepoint.rollback()
    assert (await order_of(tx, made)).status == "awaiting_approval"
    with outside(CLOCK, MemoryChannel("bank")):
        await approve(tx, made, firm.checker.actor, token=good)
    assert (await order_of(tx, made)).status == "reserved"


async def test_a_proposal_that_comes_to_nothing_cancels_its_order(
    tx: WriteSession, firm: Firm
) -> None:
    made = await proposed(tx, firm)
    await proposals.withdraw(tx, proposal_id=made.id, withdrawn_by=firm.maker.actor, at=AT)
    for _ in range(2):  # an event may come twice
        await not_approved(tx, made.id, at=AT)
    assert (await order_of(tx, made)).status == "cancelled"


async def test_within_the_makers_band_nobody_is_asked(tx: WriteSession, firm: Firm) -> None:
    new = service.NewCreditTransfer(
        debtor_account_id=firm.account.id,
        creditor_account_number=THERE,
        creditor_name="北方钢铁",
        creditor_bank_code=BANK,
        amount=cny("99.00"),
    )
    maker = firm.maker.actor
    assert await service.ask_credit_transfer(tx, new, initiated_by=maker, at=AT) is None
    await service.confirm_payee(
        tx,
        party_id=firm.party_id,
        account_number=f"{BANK}/{THERE}",
        confirmed_by=maker.id,
        at=AT,
    )
    with outside(CLOCK, MemoryChannel("bank")):
        assert (await service.send(tx, new, initiated_by=maker, at=AT)).status == "reserved"
        assert await service.ask_credit_transfer(tx, new, initiated_by=maker, at=AT) is not None
        with pytest.raises(service.ApprovalNeeded):
            await service.send(tx, new, initiated_by=maker, at=AT)
