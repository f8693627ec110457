"""Notice deposits: announced and drawn, late, early, too much, too little, cancelled."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.support.deposits import (
    MONDAY,
    Saver,
    cny,
    end_day,
    end_days,
    noon,
    row_of,
    told,
    unclaimed,
)
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Rate, Rounding
from tongbao.products.deposits import service
from tongbao.products.deposits.domain import errors
from tongbao.products.deposits.service import DepositState

START = date(2026, 1, 7)
GIVEN = START + timedelta(days=29)
DRAWN = START + timedelta(days=36)
WEEK = timedelta(days=7)


@pytest.fixture
async def deposit(tx: WriteSession, saver: Saver) -> service.Deposit:
    return await saver.open(tx, "notice_7d", "200000.00", on=START)


def interests(settlement: service.Settlement) -> list[tuple[str, str]]:
    return [(line.basis.value, line.interest.text) for line in settlement.lines]


async def test_drawn_as_announced_it_earns_the_notice_rate_of_the_day(
    tx: WriteSession, saver: Saver, deposit: service.Deposit
) -> None:
    await service.set_rate(
        tx,
        product=service.product("notice_7d"),
        currency="CNY",
        annual_rate=Rate.parse("0.0040"),
        valid_from=DRAWN,
        set_by=new_id(),
        at=noon(MONDAY),
    )
    announced = await saver.announce(tx, deposit, "100000.00", on=GIVEN, day=DRAWN)
    assert announced.open_notice is not None
    await end_days(tx, START, DRAWN)
    assert (await told(tx, deposit.id))[-1] == "notice_falls_due"
    after, paid = await saver.withdraw(tx, deposit, "100000.00", on=DRAWN)
    # 36 days at 0.40 %, the rate of the day and not that of opening
    assert interests(paid) == [("notice", "40.00")]
    assert (after.state, after.principal, after.open_notice) == (
        DepositState.OPEN,
        cny("100000.00"),
        None,
    )
    await end_day(tx, DRAWN)
    row = await row_of(tx, deposit.id)
    assert row.accrued_minor == 10_000_000 * 37 * 40 // 3_600_000
    assert await unclaimed(tx, "notice_7d") == 0


async def test_without_notice_it_earns_the_demand_rate_and_closes(
    tx: WriteSession, saver: Saver, deposit: service.Deposit
) -> None:
    after, paid = await saver.withdraw(tx, deposit, on=DRAWN)
    # 36 days at 0.05 %
    assert interests(paid) == [("demand", "10.00")]
    assert after.state is DepositState.CLOSED
    assert (await told(tx, deposit.id))[-1] == "deposit_drawn"
    assert await unclaimed(tx, "notice_7d") == 0


@pytest.mark.parametrize("days", [-1, 1])
async def test_early_or_late_it_earns_the_demand_rate(
    tx: WriteSession, saver: Saver, deposit: service.Deposit, days: int
) -> None:
    await saver.announce(tx, deposit, "100000.00", on=GIVEN, day=DRAWN)
    _, paid = await saver.withdraw(tx, deposit, "100000.00", on=DRAWN + timedelta(days=days))
    products = 36 + days - (7 if days > 0 else 0)  # missed: its notice period earns nothing
    assert interests(paid) == [
        (
            "demand",
            cny("100000.00")
            .times(Rate.percent("0.05").fraction * products / 360, rounding=Rounding.HALF_UP)
            .text,
        )
    ]


async def test_more_than_announced_earns_the_demand_rate(
    tx: WriteSession, saver: Saver, deposit: service.Deposit
) -> None:
    await saver.announce(tx, deposit, "100000.00", on=GIVEN, day=DRAWN)
    _, paid = await saver.withdraw(tx, deposit, "150000.00", on=DRAWN)
    assert interests(paid) == [("notice", "30.00"), ("demand", "2.50")]


async def test_less_than_announced_leaves_a_week_at_the_demand_rate(
    tx: WriteSession, saver: Saver, deposit: service.Deposit
) -> None:
    await saver.announce(tx, deposit, "120000.00", on=GIVEN, day=DRAWN)
    after, paid = await saver.withdraw(tx, deposit, "90000.00", on=DRAWN)
    assert interests(paid) == [("notice", "27.00")]
    assert after.reduced == 3_000_000 * 7
    later = DRAWN + timedelta(days=36)
    await saver.announce(tx, deposit, "110000.00", on=DRAWN, day=later)
    _, rest = await saver.withdraw(tx, deposit, on=later)
    # 110000 x 72 - 30000 x 7 at 0.30 %, and 30000 x 7 at 0.05 %
    assert interests(rest) == [("notice", "64.25"), ("demand", "0.29")]


async def test_less_than_the_smallest_withdrawal_earns_the_demand_rate(
    tx: WriteSession, saver: Saver, deposit: service.Deposit
) -> None:
    await saver.announce(tx, deposit, "100000.00", on=GIVEN, day=DRAWN)
    _, paid = await saver.withdraw(tx, deposit, "49999.99", on=DRAWN)
    assert interests(paid) == [("demand", "2.50")]


async def test_money_here_for_less_than_the_notice_period_earns_the_demand_rate(
    tx: WriteSession, saver: Saver
) -> None:
    day_deposit = await saver.open(tx, "notice_1d", "360000.00", on=START)
    week_deposit = await saver.open(tx, "notice_7d", "360000.00", on=START)
    for each in (day_deposit, week_deposit):
        day = START + timedelta(days=each.product.notice_days)
        await saver.announce(tx, each, "360000.00", on=START, day=day)
        _, paid = await saver.withdraw(tx, each, on=day)
        assert [line.basis.value for line in paid.lines] == ["notice"]
    with pytest.raises(errors.NoticeDayOutOfRange):
        await saver.announce(
            tx,
            await saver.open(tx, "notice_7d", "50000.00", on=START),
            "50000.00",
            on=START,
            day=START + timedelta(days=6),
        )


async def test_a_cancelled_notice_costs_its_week(
    tx: WriteSession, saver: Saver, deposit: service.Deposit
) -> None:
    announced = await saver.announce(tx, deposit, "100000.00", on=GIVEN, day=DRAWN)
    assert announced.open_notice is not None
    with pytest.raises(errors.NoticeOpen):
        await saver.announce(tx, deposit, "50000.00", on=GIVEN, day=DRAWN)

    async def cancel(notice_id: UUID) -> service.Deposit:
        return await service.cancel_notice(
            tx,
            deposit_id=deposit.id,
            notice_id=notice_id,
            cancelled_by=saver.actor,
            at=noon(GIVEN + timedelta(days=2)),
        )

    after = await cancel(announced.open_notice.id)
    assert (after.open_notice, after.lost) == (None, 10_000_000 * 7)
    with pytest.raises(errors.NoticeEnded):
        await cancel(announced.open_notice.id)
    with pytest.raises(errors.UnknownNotice):
        await cancel(new_id())
    await saver.announce(tx, deposit, "200000.00", on=GIVEN, day=DRAWN)
    _, paid = await saver.withdraw(tx, deposit, on=DRAWN)
    # 200000 x 36 - 100000 x 7, at 0.30 %
    assert interests(paid) == [("notice", "54.17")]


@pytest.mark.parametrize("first", ["the end of day", "the holder"])
async def test_a_missed_notice_costs_its_week_whoever_looks_first(
    tx: WriteSession, saver: Saver, deposit: service.Deposit, first: str
) -> None:
    await saver.announce(tx, deposit, "100000.00", on=GIVEN, day=DRAWN)
    if first == "the end of day":
        await end_day(tx, DRAWN)
        assert (await told(tx, deposit.id))[-1] == "notice_ended"
    later = DRAWN + WEEK
    await saver.announce(tx, deposit, "200000.00", on=DRAWN + timedelta(days=1), day=later + WEEK)
    assert (await row_of(tx, deposit.id)).lost_products == 10_000_000 * 7
    assert (await told(tx, deposit.id))[-2:] == ["notice_ended", "notice_given"]


@pytest.mark.parametrize("amount", ["49999.99", "160000.00", "200000.01"])
async def test_a_notice_leaves_nothing_or_the_minimum(
    tx: WriteSession, saver: Saver, deposit: service.Deposit, amount: str
) -> None:
    with pytest.raises(errors.PartOutOfRange):
        await saver.announce(tx, deposit, amount, on=GIVEN, day=DRAWN)


async def test_only_a_notice_deposit_takes_notice(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "time_3m", "100000.00", on=START)
    with pytest.raises(errors.NotThisKind):
        await saver.announce(tx, deposit, "50000.00", on=GIVEN, day=DRAWN)
