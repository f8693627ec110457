"""Instalment savings: collected, missed, made up, lapsed; by accumulated products."""

from datetime import date, timedelta

import pytest

from tests.support.deposits import (
    Saver,
    cny,
    empty,
    end_day,
    noon,
    pay_in,
    row_of,
    told,
    unclaimed,
)
from tongbao.infra.db import WriteSession
from tongbao.products.deposits import service
from tongbao.products.deposits.domain import errors
from tongbao.products.deposits.domain.deposits import due_date
from tongbao.products.deposits.service import DepositState

START = date(2026, 1, 31)  # every other month lacks this day
MATURITY = date(2027, 1, 31)
DAY = timedelta(days=1)


async def run(tx: WriteSession, first: int, last: int) -> None:
    """End the day before each due date of some months, and the due date itself."""
    for number in range(first, last + 1):
        due = due_date(START, number)
        await end_day(tx, due - DAY)
        await end_day(tx, due)


async def test_twelve_instalments_make_78_products(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "instalment_1y", "1000.00", on=START)
    assert deposit.principal == cny("1000.00")
    await run(tx, 1, 11)
    full = await service.get(tx, deposit.id)
    assert (full.principal, full.paid_count) == (cny("12000.00"), 12)
    assert [each.paid_on for each in full.instalments] == [due_date(START, n) for n in range(12)]
    await end_day(tx, MATURITY - DAY)
    await end_day(tx, MATURITY)  # a Sunday
    assert (await service.get(tx, deposit.id)).state is DepositState.PAID_OUT
    # 78000 x 0.65 % / 12 = 42.25; and a day of 12000 at 0.05 %, 0.02
    assert await saver.balance(tx) == cny("1000042.27")
    assert await told(tx, deposit.id) == [
        "deposit_opened",
        *["instalment_paid"] * 11,
        "deposit_paid_out",
    ]
    assert await unclaimed(tx, "instalment_1y") == 0


async def test_a_missed_month_is_made_up_in_the_next(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "instalment_1y", "1000.00", on=START)
    await run(tx, 1, 2)
    await empty(tx, saver, on=due_date(START, 3) - timedelta(days=5))
    await run(tx, 3, 3)
    assert (await told(tx, deposit.id))[-1] == "instalment_missed"
    await pay_in(tx, saver.account, cny("20000.00"), on=due_date(START, 4) - timedelta(days=3))
    await run(tx, 4, 11)
    full = await service.get(tx, deposit.id)
    assert (full.paid_count, full.lapsed_on) == (12, None)
    assert full.instalments[3].paid_on == due_date(START, 4)
    standing = await service.standing(tx, full, at=noon(MATURITY))
    assert standing.at_maturity is not None
    # One product less than 78: 77000 x 0.65 % / 12 = 41.708...
    assert standing.at_maturity.interest == cny("41.71")


async def test_not_made_up_it_lapses_and_later_parts_earn_the_demand_rate(
    tx: WriteSession, saver: Saver
) -> None:
    deposit = await saver.open(tx, "instalment_1y", "1000.00", on=START)
    await run(tx, 1, 2)
    await empty(tx, saver, on=due_date(START, 3) - timedelta(days=5))
    await run(tx, 3, 5)
    lapsed = await service.get(tx, deposit.id)
    assert lapsed.lapsed_on == due_date(START, 5)
    assert (await told(tx, deposit.id))[-2:] == ["instalment_missed", "plan_lapsed"]
    await pay_in(tx, saver.account, cny("20000.00"), on=due_date(START, 5))
    await run(tx, 6, 6)
    assert (await service.get(tx, deposit.id)).paid_count == 3, "nothing is collected any more"
    paid = await saver.pay(tx, lapsed, on=due_date(START, 6))
    assert [each.late for each in paid.instalments] == [False, False, False, True]
    await end_day(tx, MATURITY - DAY)
    assert (await row_of(tx, deposit.id)).state == "open", "the day is a Sunday"
    _, settled = await saver.withdraw(tx, paid, on=MATURITY)
    # 1000 x (12 + 11 + 10) x 0.65 % / 12, and 184 days at 0.05 %
    assert [line.interest for line in settled.lines] == [cny("17.88"), cny("0.26")]
    assert await unclaimed(tx, "instalment_1y") == 0


async def test_the_holder_pays_by_hand_from_the_due_date_on(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "instalment_1y", "1000.00", on=START)
    with pytest.raises(errors.NotDueYet):
        await saver.pay(tx, deposit, on=due_date(START, 1) - DAY)
    after = await saver.pay(tx, deposit, on=due_date(START, 1))
    assert after.paid_count == 2
    with pytest.raises(errors.PlanComplete):
        await saver.pay(tx, deposit, on=MATURITY)
    time_deposit = await saver.open(tx, "time_3m", "1000.00", on=START)
    with pytest.raises(errors.NotThisKind):
        await saver.pay(tx, time_deposit, on=START)


async def test_a_plan_that_lapses_between_two_ends_of_day_lapses_by_the_holders_step(
    tx: WriteSession, saver: Saver
) -> None:
    deposit = await saver.open(tx, "instalment_1y", "1000.00", on=START)
    after = await saver.pay(tx, deposit, on=due_date(START, 3))
    assert (after.lapsed_on, after.instalments[1].late) == (due_date(START, 3), True)


async def test_broken_early_each_instalment_earns_the_demand_rate(
    tx: WriteSession, saver: Saver
) -> None:
    deposit = await saver.open(tx, "instalment_1y", "60000.00", on=START)
    await run(tx, 1, 1)  # 28 February
    on = date(2026, 3, 30)
    with pytest.raises(errors.PartNotPossible):
        await saver.withdraw(tx, deposit, "100.00", on=on)
    after, paid = await saver.withdraw(tx, deposit, on=on)
    # 60000 x (58 + 30) x 0.05 % / 360 = 7.333...
    assert (after.state, paid.interest) == (DepositState.BROKEN, cny("7.33"))
    assert await unclaimed(tx, "instalment_1y") == 0


async def test_a_step_run_again_collects_nothing_again(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "instalment_1y", "1000.00", on=START)
    other = await saver.open(tx, "instalment_1y", "2000.00", on=START)
    for _ in range(2):
        await end_day(tx, due_date(START, 1) - DAY, most=1)
    for each, amount in ((deposit, "2000.00"), (other, "4000.00")):
        assert (await service.get(tx, each.id)).principal == cny(amount)
