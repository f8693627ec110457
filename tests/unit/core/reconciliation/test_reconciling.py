"""A day reconciled: each way of differing becomes its kind of case, and money is in suspense."""

import pytest
import pytest_asyncio

from tests.support.reconciliation import DAY, Channel, later, line
from tongbao.core.reconciliation.domain.errors import StatementDiffers, StatementNotTaken
from tongbao.core.reconciliation.service import BreakKind, BreakState, Side
from tongbao.infra.db import Database

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def channel(database: Database) -> Channel:
    return await Channel(database).begin()


async def test_what_agrees_opens_no_case_and_reaches_the_bank(channel: Channel) -> None:
    await channel.book({"A": 10_000, "B": -2_500})
    await channel.state([line("A", 10_000, fee=60), line("B", -2_500)])
    day = await channel.run()
    assert (day.exact, day.tolerant, day.many_to_one, day.broken) == (2, 0, 0, 0)
    assert await channel.cases() == []
    assert await channel.balances() == {"nostro": 7_440, "fees": 60}


async def test_nothing_is_compared_without_a_statement(channel: Channel) -> None:
    with pytest.raises(StatementNotTaken):
        await channel.run()


async def test_each_way_of_differing_is_its_kind(channel: Channel) -> None:
    await channel.book({"gone": 100, "changed": 200, "twice": -300, "parts": 900, "fine": 5})
    await channel.book({"held": -700}, kind="pending")
    await channel.state(
        [
            line("changed", 250),
            line("twice", -300, theirs="1"),
            line("twice", -300, theirs="2"),
            line("parts", 400),
            line("parts", 500),
            line("fine", 5),
            line("unknown", 60),
            line("held", -700),
        ]
    )
    day = await channel.run()
    assert await channel.kinds() == {
        "gone": BreakKind.MISSING_THERE,
        "changed": BreakKind.AMOUNT,
        "twice": BreakKind.DOUBLED,
        "unknown": BreakKind.MISSING_HERE,
        "held": BreakKind.STATUS,
    }
    assert (day.exact, day.many_to_one, day.broken) == (1, 1, 4)
    by_reference = {each.reference: each for each in await channel.cases()}
    assert by_reference["changed"].difference == by_reference["changed"].parked == 50
    assert by_reference["gone"].counter_id == channel.customer
    balances = await channel.balances()
    assert "in_transit" not in balances
    assert balances["suspense"] == -100 + 50 - 300 + 60 - 700
    assert balances["nostro"] == 250 - 600 + 900 + 5 + 60 - 700


async def test_a_day_apart_is_let_pass_and_more_is_a_case(channel: Channel) -> None:
    await channel.book({"next": 100, "much later": 200})
    await channel.state([])
    await channel.run()
    assert set((await channel.kinds()).values()) == {BreakKind.MISSING_THERE}
    assert await channel.balances() == {"suspense": -300}
    await channel.state([line("next", 100)], on=later(1))
    day = await channel.run(later(1))
    assert (day.tolerant, day.broken) == (1, 0)
    await channel.state([line("much later", 200)], on=later(3))
    await channel.run(later(3))
    assert await channel.kinds() == {"much later": BreakKind.DAY}
    assert await channel.balances() == {"nostro": 300}
    (case,) = await channel.cases()
    await channel.resolve([case])
    await channel.run(later(3))
    assert await channel.cases() == []


@pytest.mark.parametrize("ours", [10_000, 9_940])
async def test_an_amount_without_the_fee_agrees(channel: Channel, ours: int) -> None:
    await channel.book({"A": ours})
    await channel.state([line("A", 19_940 - ours, fee=60)])
    day = await channel.run()
    assert (day.tolerant, day.broken) == (1, 0)
    assert await channel.balances() == {"nostro": 9_940} | ({"fees": 60} if ours > 9_940 else {})


async def test_the_next_day_waits_for_its_statement(channel: Channel) -> None:
    await channel.book({"A": 100})
    await channel.book({"tomorrow": 200}, on=later(1))
    await channel.state([line("A", 100)])
    await channel.run()
    assert await channel.cases() == []
    await channel.state([line("tomorrow", 200)], on=later(1))
    assert (await channel.run(later(1))).exact == 1


async def test_what_is_booked_later_clears_the_case(channel: Channel) -> None:
    await channel.state([line("late", 100)])
    await channel.run()
    (case,) = await channel.cases()
    await channel.book({"late": 100})
    await channel.run()
    (case,) = await channel.cases(is_open=None)
    assert (case.state, case.parked) == (BreakState.CLEARED, 0)
    assert await channel.balances() == {"nostro": 100}


async def test_done_again_changes_nothing(channel: Channel) -> None:
    await channel.book({"gone": 100, "fine": 5})
    lines = [line("fine", 5), line("extra", 7)]
    assert (await channel.state(lines)).is_new
    first, before = await channel.run(), await channel.cases()
    balances = await channel.balances()
    assert not (await channel.state(lines)).is_new
    assert await channel.run() == first
    assert (await channel.cases(), await channel.balances()) == (before, balances)


async def test_an_adjustment_stands_when_done_again(channel: Channel) -> None:
    await channel.book({"gone": -100})
    await channel.state([])
    await channel.run()
    (case,) = await channel.cases()
    assert await channel.balances() == {"suspense": 100}
    await channel.resolve([case], customer=100)
    await channel.run()
    assert (await channel.cases(), await channel.balances()) == ([], {})
    # It comes after all, and the adjustment was wrong.
    await channel.state([line("gone", -100)], on=later(1))
    await channel.run(later(1))
    (again,) = await channel.cases()
    assert (again.kind, again.parked) == (BreakKind.MISSING_HERE, -100)


async def test_cases_that_cancel_each_other_out_close_together(channel: Channel) -> None:
    await channel.book({"A": 100})
    await channel.state([line("A-mistyped", 100)])
    await channel.run()
    await channel.resolve(await channel.cases())
    await channel.run()
    assert (await channel.cases(), await channel.balances()) == ([], {"nostro": 100})


async def test_a_corrected_statement_takes_the_place_of_the_first(channel: Channel) -> None:
    await channel.book({"A": 100, "B": 200})
    await channel.state([line("A", 100)])
    await channel.run()
    with pytest.raises(StatementDiffers):
        await channel.state([line("A", 100), line("B", 200)])
    await channel.state([line("A", 100, fee=1), line("B", 200)], corrects=True)
    assert (await channel.run()).exact == 2
    assert (await channel.cases(), await channel.balances()) == ([], {"nostro": 299, "fees": 1})


class TestTheBank:
    async def test_one_payment_of_many_lines_agrees(self, channel: Channel) -> None:
        await channel.book({"A": 1_000, "B": -300})
        lines = [line("A", 1_000, fee=6), line("B", -300)]
        await channel.state(lines, settles_on=later(1))
        await channel.run()
        assert await channel.balances() == {"in_transit": 694, "fees": 6}
        paid = [line(channel.settlement(DAY), 694)]
        await channel.state(paid, on=later(1), side=Side.BANK)
        await channel.run()
        assert (await channel.cases(), await channel.balances()) == ([], {"nostro": 694, "fees": 6})

    async def test_less_than_the_channel_says_is_a_case(self, channel: Channel) -> None:
        await channel.book({"A": 1_000})
        await channel.state([line("A", 1_000)], settles_on=later(1))
        paid = [line(channel.settlement(DAY), 990), line("rent", -5)]
        await channel.state(paid, on=later(1), side=Side.BANK)
        await channel.run()
        assert await channel.kinds() == {
            channel.settlement(DAY): BreakKind.AMOUNT,
            "rent": BreakKind.MISSING_HERE,
        }
        assert await channel.balances() == {"nostro": 985, "suspense": -15}

    async def test_nothing_by_then_is_a_case_and_clears_when_it_comes(
        self, channel: Channel
    ) -> None:
        await channel.book({"A": 1_000})
        await channel.state([line("A", 1_000)], settles_on=later(1))
        await channel.state([], on=later(1), side=Side.BANK)
        await channel.run()
        assert set((await channel.kinds()).values()) == {BreakKind.MISSING_THERE}
        paid = [line(channel.settlement(DAY), 1_000)]
        await channel.state(paid, on=later(2), side=Side.BANK)
        await channel.run()
        assert (await channel.cases(), await channel.balances()) == ([], {"nostro": 1_000})


async def test_what_others_put_into_suspense_is_a_case_until_it_is_out(channel: Channel) -> None:
    owner = channel.payment("stray", -500, into=channel.books.suspense)  # up: a credit
    await channel.post([owner])
    await channel.state([])
    await channel.run()
    (case,) = await channel.cases()
    assert (case.pair, case.kind, case.parked) == ("suspense", BreakKind.STATUS, 500)
    await channel.resolve([case], customer=500)
    await channel.run()
    assert (await channel.cases(), await channel.balances()) == ([], {})
