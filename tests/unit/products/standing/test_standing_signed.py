"""Where a policy wants payments signed, a standing order is signed once, for all its dates."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.support.approvals import AT, SECOND, Firm, new_firm, opened_by
from tests.support.makers import PAYEE, cny
from tests.support.standing import morning
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra.db import WriteSession
from tongbao.products.standing import service
from tongbao.products.standing.domain.orders import TooEarly
from tongbao.products.standing.models import OrderRow
from tongbao.products.standing.service import DateOutcome
from tongbao.products.standing.service.paying import pay_due

FIRST, SECOND_DATE = date(2026, 3, 10), date(2026, 4, 10)


def monthly(firm: Firm, amount: str = "20000.00", **facts: str) -> service.WantedOrder:
    return service.WantedOrder.model_validate(
        {
            "debtor_account_id": firm.account.id,
            "creditor_account_number": firm.payee.number,
            "creditor_name": PAYEE,
            "amount": cny(amount),
            "first_on": "2026-03-10",
            **facts,
        }
    )


async def asked(
    tx: WriteSession, firm: Firm, wanted: service.WantedOrder
) -> payments.Waiting | None:
    maker = firm.people["maker"].actor
    return await service.ask(tx, wanted, initiated_by=maker, at=AT)


async def signed(tx: WriteSession, firm: Firm, **facts: str) -> OrderRow:
    """Have an order signed by two checkers; return its row."""
    approval = await opened_by(tx, await asked(tx, firm, monthly(firm, **facts)))
    for name in ("first", "second"):
        await firm.people[name].sign(tx, approval)
    row = await tx.scalar(select(OrderRow).where(OrderRow.approval_id == approval.id))
    assert row is not None, "complete signatures make the order"
    return row


async def outcomes(tx: WriteSession, row: OrderRow) -> list[tuple[str, str | None]]:
    page = await service.list_occurrences(tx, order_id=row.id)
    return [(each.outcome.value, each.reason_code) for each in reversed(page.items)]


async def test_an_order_signed_once_pays_each_of_its_dates(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    row = await signed(tx, firm, creditor_name=f"  {PAYEE} ")
    before = await firm.balance(tx)
    for day in (FIRST, SECOND_DATE):
        await pay_due(tx, day=day, cursor=None, at=morning(day))
    assert await outcomes(tx, row) == [(DateOutcome.PAID, None)] * 2
    assert before - await firm.balance(tx) == cny("40000.00")


async def test_what_is_below_the_policy_is_a_second_persons_as_before(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    waiting = await asked(tx, firm, monthly(firm, "1000.00"))
    assert waiting is not None
    assert not hasattr(waiting, "lacking"), "a proposal, not an instruction"


async def test_signatures_end_when_the_first_date_begins(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    wanted = monthly(firm, first_on="2026-03-04", unit="once")
    approval = await opened_by(tx, await asked(tx, firm, wanted))
    assert approval.expires_at.isoformat() == "2026-03-03T16:00:00+00:00", "midnight in China"
    with pytest.raises(TooEarly):
        await asked(tx, firm, monthly(firm, first_on="2026-03-02", unit="once"))


async def test_an_order_that_differs_from_what_was_signed_pays_nothing(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    row = await signed(tx, firm)
    row.amount_minor += 1
    await tx.flush()
    await pay_due(tx, day=FIRST, cursor=None, at=morning(FIRST))
    assert await outcomes(tx, row) == [(DateOutcome.MISSED, "standing.payer_gone")]
    await tx.refresh(row)
    assert row.state == "paused"


async def test_who_signed_last_and_left_signs_no_further_date(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    row = await signed(tx, firm)
    await pay_due(tx, day=FIRST, cursor=None, at=morning(FIRST))
    left = morning(FIRST) + SECOND
    gone = await identity.membership_of(
        tx, user_id=firm.people["second"].actor.id, party_id=firm.party_id, at=left
    )
    assert gone is not None
    await identity.remove_member(
        tx,
        membership_id=gone.id,
        party_id=firm.party_id,
        removed_by=firm.people["administrator"].actor.id,
        at=left,
    )
    await pay_due(tx, day=SECOND_DATE, cursor=None, at=morning(SECOND_DATE))
    assert await outcomes(tx, row) == [
        (DateOutcome.PAID, None),
        (DateOutcome.MISSED, "standing.payer_gone"),
    ]
