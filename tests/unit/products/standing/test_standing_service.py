"""Standing orders on a real database: each date once, shortage, stopping, and who may no longer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import select, update

from tests.support.standing import Payer, became, cny, live, morning, new_payer
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import pay_in
from tongbao.core.accounts.models import AccountRow
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import Action, StepUpRequired
from tongbao.core.payments import service as payments
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra import proposals
from tongbao.infra.auth import Forbidden
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.products.standing import service
from tongbao.products.standing.domain import orders as rules
from tongbao.products.standing.domain.orders import DateOutcome, OrderState
from tongbao.products.standing.service.reading import over_account

DAY = timedelta(days=1)
D = date.fromisoformat
MONTH_END: Final[dict[str, Any]] = {
    "first_on": D("2025-11-30"),
    "month_day": 31,
    "holidays": service.HolidayRule.NEXT,
    "count": 4,
}


async def paid_on(tx: WriteSession, payer: Payer) -> list[str]:
    """The days on which money left, in order, in the bank's zone."""
    rows = await tx.scalars(
        select(PaymentOrderRow.initiated_at)
        .where(
            PaymentOrderRow.debtor_account_id == payer.account.id,
            PaymentOrderRow.status == "settled",
        )
        .order_by(PaymentOrderRow.initiated_at)
    )
    return [row.date().isoformat() for row in rows]


async def test_rent_over_month_ends_and_holidays_is_paid_once_a_date(tx: WriteSession) -> None:
    payer = await new_payer(tx)
    order = await payer.order(tx, **MONTH_END)
    assert order.next_on == D("2025-12-01")  # the 30th of November is a Sunday
    day = D("2025-11-22")
    while day < D("2026-03-10"):
        await live(tx, day)
        await live(tx, day)  # again: nothing more
        day += DAY
    # 31 January is a Saturday; 28 February a Saturday worked instead.
    assert await paid_on(tx, payer) == ["2025-12-01", "2025-12-31", "2026-02-02", "2026-02-28"]
    ended = await service.get(tx, order.id, visible_to=None)
    assert (ended.state, ended.next_on, ended.stopped_by) == (OrderState.ENDED, None, "schedule")
    dates = await became(tx, order)
    assert [each.number for each in dates] == [0, 1, 2, 3]
    assert all(each.outcome is DateOutcome.PAID and each.attempts == 1 for each in dates)
    assert len({each.payment_id for each in dates}) == 4


async def test_days_that_were_missing_are_made_up_for(tx: WriteSession) -> None:
    payer = await new_payer(tx)
    order = await payer.order(tx, "1.00", first_on=D("2025-11-22"), unit="day", count=5)
    await live(tx, D("2025-11-25"))
    assert [each.due_on.day for each in await became(tx, order)] == [22, 23, 24, 25]
    await live(tx, D("2025-11-26"))
    assert len(await became(tx, order)) == 5


async def test_a_shortage_is_tried_again_on_business_days_until_there_is_money(
    tx: WriteSession,
) -> None:
    payer = await new_payer(tx, money=None)
    order = await payer.order(tx, first_on=D("2025-11-28"), unit="once")  # a Friday
    await live(tx, D("2025-11-28"))
    (date_,) = await became(tx, order)
    assert (date_.outcome, date_.retry_on) == (DateOutcome.RETRYING, D("2025-12-01"))
    assert date_.reason_code == "ledger.insufficient_funds"
    for weekend in ("2025-11-29", "2025-11-30"):
        await live(tx, D(weekend))
    assert (await became(tx, order))[0].attempts == 1
    await pay_in(tx, payer.account, cny("100.00"))
    await live(tx, D("2025-12-01"))
    (date_,) = await became(tx, order)
    assert (date_.outcome, date_.attempts, date_.reason_code) == (DateOutcome.PAID, 2, None)


async def test_a_date_is_missed_when_all_tries_are_used_up(tx: WriteSession) -> None:
    payer = await new_payer(tx, money=None)
    order = await payer.order(tx, first_on=D("2025-11-24"), unit="week", retries=1)
    for day in ("2025-11-24", "2025-11-25", "2025-11-26"):
        await live(tx, D(day))
    (date_,) = await became(tx, order)
    assert (date_.outcome, date_.attempts, date_.retry_on) == (DateOutcome.MISSED, 2, None)
    assert date_.reason is not None
    assert "余额" in date_.reason.zh
    still = await service.get(tx, order.id, visible_to=None)
    assert (still.state, still.next_on) == (OrderState.ACTIVE, D("2025-12-01"))


async def test_what_no_waiting_helps_is_missed_at_once(tx: WriteSession) -> None:
    payer = await new_payer(tx)
    order = await payer.order(tx, first_on=D("2025-11-24"), unit="once")
    await tx.execute(
        update(AccountRow).where(AccountRow.id == payer.payee.account.id).values(status="closed")
    )
    await live(tx, D("2025-11-24"))
    (date_,) = await became(tx, order)
    assert (date_.outcome, date_.attempts) == (DateOutcome.MISSED, 1)


async def test_who_may_no_longer_pay_pauses_their_orders(tx: WriteSession) -> None:
    payer = await new_payer(tx)
    order = await payer.order(tx, first_on=D("2025-11-24"), unit="day")
    await tx.execute(
        update(UserRow).where(UserRow.id == payer.person.actor.id).values(blocked_at=AT)
    )
    await live(tx, D("2025-11-24"))
    (date_,) = await became(tx, order)
    assert (date_.outcome, date_.reason_code) == (DateOutcome.MISSED, "standing.payer_gone")
    paused = await service.get(tx, order.id, visible_to=None)
    assert (paused.state, paused.stopped_by) == (OrderState.PAUSED, "standing.payer_gone")


async def test_a_pause_passes_dates_over_and_ends_tries(tx: WriteSession) -> None:
    payer = await new_payer(tx, money=None)
    actor = payer.person.actor
    order = await payer.order(tx, "1.00", first_on=D("2025-11-24"), unit="day", count=10)
    await live(tx, D("2025-11-24"))
    await service.pause(tx, order_id=order.id, actor=actor, at=AT)
    assert (await became(tx, order))[0].outcome is DateOutcome.MISSED
    assert await over_account(tx, payer.account.id) is not None
    await pay_in(tx, payer.account, cny("10.00"))
    await live(tx, D("2025-11-26"))
    assert await paid_on(tx, payer) == []
    with pytest.raises(rules.NotPossible):
        await service.pause(tx, order_id=order.id, actor=actor, at=AT)
    at = morning(D("2025-11-27"))
    resumed = await service.resume(tx, order_id=order.id, actor=actor, at=at)
    assert (resumed.state, resumed.next_on) == (OrderState.ACTIVE, D("2025-11-28"))
    await live(tx, D("2025-11-28"))
    assert await paid_on(tx, payer) == ["2025-11-28"]
    assert [each.number for each in await became(tx, order)] == [0, 4]


async def test_an_order_whose_dates_all_passed_in_a_pause_ends(tx: WriteSession) -> None:
    payer = await new_payer(tx)
    actor = payer.person.actor
    order = await payer.order(tx, first_on=D("2025-11-24"), unit="day", count=2)
    await service.pause(tx, order_id=order.id, actor=actor, at=AT)
    at = morning(D("2025-12-24"))
    ended = await service.resume(tx, order_id=order.id, actor=actor, at=at)
    assert (ended.state, ended.next_on) == (OrderState.ENDED, None)


async def test_a_cancelled_order_pays_nothing_more(tx: WriteSession) -> None:
    payer = await new_payer(tx)
    actor = payer.person.actor
    order = await payer.order(tx, first_on=D("2025-11-24"), unit="day")
    await live(tx, D("2025-11-24"))
    await service.cancel(tx, order_id=order.id, actor=actor, at=AT)
    await live(tx, D("2025-11-25"))
    assert await paid_on(tx, payer) == ["2025-11-24"]
    assert await over_account(tx, payer.account.id) is None
    for verb in (service.cancel, service.pause, service.resume):
        with pytest.raises(rules.NotPossible):
            await verb(tx, order_id=order.id, actor=actor, at=AT)


async def test_orders_are_for_their_own_people(tx: WriteSession) -> None:
    payer, thief = await new_payer(tx), await new_payer(tx)
    order = await payer.order(tx, **MONTH_END)
    with pytest.raises(rules.UnknownOrder):
        await service.cancel(tx, order_id=order.id, actor=thief.person.actor, at=AT)
    with pytest.raises(rules.UnknownOrder):
        await service.get(tx, order.id, visible_to={thief.party_id})
    with pytest.raises(rules.UnknownOrder):
        await service.cancel(tx, order_id=new_id(), actor=thief.person.actor, at=AT)
    viewer = replace(payer.person.actor, grants={payer.party_id: frozenset()})
    with pytest.raises(Forbidden):
        await service.cancel(tx, order_id=order.id, actor=viewer, at=AT)
    page = await service.list_orders(tx, party_id=payer.party_id)
    assert page.items == [order]


async def test_an_order_is_confirmed_and_begins_tomorrow_at_the_earliest(tx: WriteSession) -> None:
    payer = await new_payer(tx)
    actor = payer.person.actor
    wanted = payer.wanted(first_on=D("2025-11-22"), unit="once")
    with pytest.raises(StepUpRequired) as asked:
        await service.make(tx, wanted, initiated_by=actor, step_up_token=None, at=AT)
    assert "once/1/2025-11-22" in str(asked.value.facts["action"])
    with pytest.raises(rules.TooEarly):
        await payer.order(tx, first_on=D("2025-11-21"), unit="once")
    with pytest.raises(rules.TooEarly):  # a Saturday, and the business day before it is today
        await payer.order(tx, first_on=D("2025-11-22"), unit="once", holidays="previous")
    with pytest.raises(rules.PayeeDiffers):
        await payer.order(tx, first_on=D("2025-11-22"), unit="once", creditor_name="别人")
    with pytest.raises(payments.CoolingOff):
        await payer.order(tx, "50000.00", first_on=D("2025-11-22"), unit="once")
    order = await payer.order(tx, first_on=D("2025-11-22"), unit="once")
    assert order.state is OrderState.ACTIVE


async def test_a_party_has_so_many_orders_and_no_more(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.products.standing.service.ordering.ORDERS_MAX", 1)
    payer = await new_payer(tx)
    await payer.order(tx, **MONTH_END)
    with pytest.raises(rules.TooManyOrders):
        await payer.order(tx, **MONTH_END)


async def test_above_what_one_pays_alone_a_second_person_confirms_the_proposal(
    tx: WriteSession,
) -> None:
    payer, checker = await new_payer(tx), await new_payer(tx)
    actor = payer.person.actor
    maker = frozenset({"payments:initiate"})
    alone = replace(actor, permissions=maker, grants={payer.party_id: maker})
    wanted = payer.wanted(first_on=D("2025-11-24"), unit="once")
    assert await service.ask(tx, wanted, initiated_by=actor, at=AT) is None
    waiting = await service.ask(tx, wanted, initiated_by=alone, at=AT)
    assert isinstance(waiting, proposals.Proposal)
    by = proposals.Approved(
        proposal_id=new_id(), maker=actor, approver=checker.person.actor, digest="00"
    )
    with pytest.raises(StepUpRequired) as asked:
        await service.ORDER.action.execute(tx, wanted.model_dump_json(), by, AT)
    action = asked.value.facts["action"]
    assert isinstance(action, dict)
    assert action["kind"] == "payments.standing.approve"
    assert action["facts"]["proposal_id"] == str(by.proposal_id)
    token = await checker.person.confirmed(tx, Action(**action))
    where = await service.ORDER.action.execute(
        tx, wanted.model_dump_json(), replace(by, step_up_token=token), AT
    )
    assert where is not None
    (order,) = (await service.list_orders(tx, party_id=payer.party_id)).items
    assert where.endswith(str(order.id))
    # The checker has no role in the firm: at the due date it is not paid.
    await live(tx, D("2025-11-24"))
    (date_,) = await became(tx, order)
    assert (date_.outcome, date_.reason_code) == (DateOutcome.MISSED, "auth.forbidden")
