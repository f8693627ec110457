"""Who must agree to what leaves an account, and that nothing leaves without them."""

from uuid import UUID

import pytest
from sqlalchemy import update

from tests.support.approvals import policy
from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import new_holder
from tests.unit.core.payments.outgoing import BANK, THERE
from tests.unit.core.payments.test_cards import card_number
from tests.unit.core.payments.test_payments_approval import Firm, approve, cny, firm
from tongbao.core.approvals.service import Policy
from tongbao.core.payments import service
from tongbao.core.payments.domain import NotWaiting, NotWithinBand
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.domain.asking import asks_of
from tongbao.core.payments.models import CardRow
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Proposal
from tongbao.kernel.money import Money

__all__ = ["firm"]

ANY = Alone.anything("CNY")
NONE = Alone.nothing("CNY")
SIGNED = policy({"required": 2, "roles": ["checker"]})  # from 1,000.01 on
SIGNED_BELOW = Policy.model_validate(
    {
        "bands": [
            {"currency": "CNY", "up_to": "10.00", "stages": [{"required": 1, "roles": ["holder"]}]},
            {"currency": "CNY", "up_to": None},
        ],
        "changes": {"stages": [{"required": 1, "roles": ["holder"]}]},
    }
)


def able(per_payment: str, per_day: str, paid: str) -> Alone:
    return Alone(cny(per_payment), cny(per_day), cny(paid))


@pytest.mark.parametrize(
    ("alone", "rules", "expected"),
    [
        (ANY, None, [(None, "nobody")]),
        (NONE, None, [(None, "second_person")]),
        (able("100.00", "250.00", "0.00"), None, [("100.00", "nobody"), (None, "second_person")]),
        (able("100.00", "250.00", "190.00"), None, [("60.00", "nobody"), (None, "second_person")]),
        (ANY, SIGNED, [("1000.00", "nobody"), (None, "signatures")]),
        (NONE, SIGNED, [("1000.00", "second_person"), (None, "signatures")]),
        (
            able("100.00", "250.00", "0.00"),
            SIGNED,
            [("100.00", "nobody"), ("1000.00", "second_person"), (None, "signatures")],
        ),
        (able("1000.00", "9000.00", "0.00"), SIGNED, [("1000.00", "nobody"), (None, "signatures")]),
        (
            able("5.00", "5.00", "0.00"),
            SIGNED_BELOW,
            [("10.00", "signatures"), (None, "second_person")],
        ),
        (
            able("50.00", "50.00", "0.00"),
            SIGNED_BELOW,
            [("10.00", "signatures"), ("50.00", "nobody"), (None, "second_person")],
        ),
        (Alone.anything("USD"), SIGNED, []),
    ],
)
def test_who_must_agree_to_which_amount(
    alone: Alone, rules: Policy | None, expected: list[tuple[str | None, str]]
) -> None:
    told = asks_of(alone, rules)
    assert [(each.up_to and each.up_to.text, each.of) for each in told] == expected
    assert [each.rule is not None for each in told] == [of == "signatures" for _, of in expected]


async def received(tx: WriteSession, firm: Firm, amount: str) -> service.Transfer:
    """Have somebody pay the firm."""
    buyer = await new_holder(tx, "买家", money=amount)
    return await service.transfer(
        tx,
        debtor_account_id=buyer.account.id,
        creditor_account_number=firm.account.number,
        creditor_name="杭州晨光文具有限公司",
        amount=cny(amount),
        initiated_by=buyer.actor,
        without_step_up=True,
        at=AT,
    )


async def card_of(tx: WriteSession, firm: Firm) -> UUID:
    """Link a card to the firm, as if its small amount had been told."""
    card = await service.link_card(
        tx, party_id=firm.party_id, number=card_number(), linked_by=firm.maker.actor, at=AT
    )
    verified = {"status": "verified", "verified_at": AT}
    await tx.execute(update(CardRow).where(CardRow.id == card.id).values(verified))
    return card.id


async def asked(tx: WriteSession, firm: Firm, kind: str, amount: Money) -> service.Waiting | None:
    maker = firm.maker.actor
    if kind == "refund":
        paid = await received(tx, firm, "30000.00")
        return await service.ask_refund(
            tx, paid.id, amount=amount, remittance=None, initiated_by=maker, at=AT
        )
    return await service.ask_withdrawal(
        tx,
        debtor_account_id=firm.account.id,
        card_id=await card_of(tx, firm),
        amount=amount,
        initiated_by=maker,
        at=AT,
    )


@pytest.mark.parametrize("kind", ["refund", "withdrawal"])
async def test_above_the_makers_band_a_second_person_lets_it_go(
    tx: WriteSession, firm: Firm, kind: str
) -> None:
    with outside(Clock(at=AT), MemoryChannel("net")):
        made = await asked(tx, firm, kind, cny("20000.00"))
        assert isinstance(made, Proposal)
        before = await firm.balance(tx)
        assert before is not None
        token = await firm.token(tx, made)
        done = await approve(tx, made, firm.checker.actor, token=token)
        assert await firm.balance(tx) == before - cny("20000.00")
        assert done.location is not None
        left = await service.alone(
            tx, party_id=firm.party_id, currency="CNY", actor=firm.maker.actor, at=AT
        )
        assert left.paid == cny("0.00")  # nobody's band was used up
        assert await asked(tx, firm, kind, cny("100.00")) is None


async def test_who_may_not_approve_so_much_does_not_let_a_refund_go(
    tx: WriteSession, firm: Firm
) -> None:
    paid = await received(tx, firm, "60000.00")
    maker = firm.maker.actor
    made = await service.ask_refund(
        tx, paid.id, amount=None, remittance=None, initiated_by=maker, at=AT
    )
    assert isinstance(made, Proposal)
    assert made.payload["amount"] == {"amount": "60000.00", "currency": "CNY"}
    token = await firm.token(tx, made)
    with pytest.raises(NotWithinBand):
        await approve(tx, made, firm.checker.actor, token=token)
    with pytest.raises(service.ApprovalNeeded):
        await service.refund(tx, paid.id, amount=None, remittance=None, initiated_by=maker, at=AT)


async def test_an_order_that_was_cancelled_meanwhile_is_not_sent(
    tx: WriteSession, firm: Firm
) -> None:
    new = service.NewCreditTransfer(
        debtor_account_id=firm.account.id,
        creditor_account_number=THERE,
        creditor_name="北方钢铁",
        creditor_bank_code=BANK,
        amount=cny("20000.00"),
    )
    made = await service.ask_credit_transfer(tx, new, initiated_by=firm.maker.actor, at=AT)
    assert isinstance(made, Proposal)
    order_id = service.PaymentId(UUID(made.payload["payment_id"]))
    await service.cancel(tx, order_id, cancelled_by=firm.maker.actor, at=AT)
    token = await firm.token(tx, made)
    with pytest.raises(NotWaiting):
        await approve(tx, made, firm.checker.actor, token=token)
