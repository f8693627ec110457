"""Time deposits from the first day to the last: paid out, renewed, held, broken."""

from datetime import date, timedelta

import pytest

from tests.support.deposits import (
    MONDAY,
    Saver,
    cny,
    end_day,
    end_days,
    new_saver,
    noon,
    row_of,
    told,
    unclaimed,
)
from tongbao.core.accounts import service as accounts
from tongbao.core.parties.service import Level, PartyKind
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Rate
from tongbao.products.deposits import service
from tongbao.products.deposits.domain import errors
from tongbao.products.deposits.domain.products import Instruction
from tongbao.products.deposits.service import DepositState

MATURITY = date(2026, 4, 7)  # three months after 7 January, a Tuesday
START = date(2026, 1, 7)


async def test_a_deposit_is_opened_with_an_agreement_and_its_own_account(
    tx: WriteSession, saver: Saver
) -> None:
    deposit = await saver.open(tx, "time_1y", "10000.00", on=START)
    assert deposit.state is DepositState.OPEN
    assert deposit.annual_rate == Rate.parse("0.0095")
    assert (deposit.starts_on, deposit.matures_on) == (START, date(2027, 1, 7))
    assert accounts.is_account_number(deposit.number)
    assert deposit.number != saver.account.number
    assert await saver.balance(tx) == cny("990000.00")
    assert await told(tx, deposit.id) == ["deposit_opened"]


async def test_at_maturity_it_is_paid_out_to_the_cent(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "time_3m", "10000.00", on=START)
    await end_days(tx, START, MATURITY)
    after = await service.get(tx, deposit.id)
    assert (after.state, after.ended_on) == (DepositState.PAID_OUT, MATURITY)
    # 10000 x 0.65 % x 3/12
    assert await saver.balance(tx) == cny("1000016.25")
    assert await told(tx, deposit.id) == ["deposit_opened", "maturity_near", "deposit_paid_out"]
    assert await unclaimed(tx, "time_3m") == 0


async def test_the_day_before_nothing_is_paid(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "time_3m", "10000.00", on=START)
    await end_days(tx, START, MATURITY - timedelta(days=1))
    assert (await service.get(tx, deposit.id)).state is DepositState.OPEN
    row = await row_of(tx, deposit.id)
    assert (row.accrued_minor, row.accrued_through) == (1625 * 89 // 90, date(2026, 4, 5))
    assert await unclaimed(tx, "time_3m") == 0


async def test_on_a_holiday_it_waits_for_the_next_business_day(
    tx: WriteSession, saver: Saver
) -> None:
    opened = date(2026, 1, 3)  # matures on 3 April, a Friday; 4 to 6 April are Qingming
    await service.set_rate(
        tx,
        product=service.product("time_6m"),
        currency="CNY",
        annual_rate=Rate.zero(),
        valid_from=date(2099, 1, 1),
        set_by=new_id(),
        at=noon(MONDAY),
    )
    deposit = await saver.open(tx, "time_3m", "10000.00", on=opened + timedelta(days=3))
    assert deposit.matures_on == date(2026, 4, 6)
    await end_days(tx, date(2026, 1, 6), date(2026, 4, 6))
    assert (await service.get(tx, deposit.id)).state is DepositState.OPEN
    await end_day(tx, date(2026, 4, 6))
    after = await service.get(tx, deposit.id)
    assert (after.state, after.ended_on) == (DepositState.PAID_OUT, date(2026, 4, 7))
    assert await unclaimed(tx, "time_3m") == 0


async def test_it_is_renewed_with_or_without_its_interest(tx: WriteSession, saver: Saver) -> None:
    both = await saver.open(tx, "time_3m", "10000.00", on=START, instruction=Instruction.RENEW_ALL)
    principal = await saver.open(
        tx, "time_3m", "20000.00", on=START, instruction=Instruction.RENEW_PRINCIPAL
    )
    await service.set_rate(
        tx,
        product=service.product("time_3m"),
        currency="CNY",
        annual_rate=Rate.parse("0.0080"),
        valid_from=date(2026, 2, 1),
        set_by=new_id(),
        at=noon(START),
    )
    await end_days(tx, START, MATURITY)
    page = await service.list_deposits(tx, among=[saver.party.id])
    second, first = (
        next(each for each in page.items if each.renewed_from == old.id)
        for old in (principal, both)
    )
    assert (first.number, first.sequence, first.principal) == (both.number, 2, cny("10016.25"))
    assert (second.number, second.principal) == (principal.number, cny("20000.00"))
    assert first.annual_rate == second.annual_rate == Rate.parse("0.0080")
    assert (first.starts_on, first.matures_on) == (MATURITY, date(2026, 7, 7))
    assert await saver.balance(tx) == cny("970032.50")
    assert {(await service.get(tx, old.id)).state for old in (both, principal)} == {
        DepositState.RENEWED
    }
    assert (await told(tx, both.id))[-1] == "deposit_renewed"
    assert await unclaimed(tx, "time_3m") == 0
    # The next term ends as the first did, money and all.
    await service.instruct(
        tx,
        deposit_id=first.id,
        instruction=Instruction.PAY_OUT,
        instructed_by=saver.actor,
        at=noon(date(2026, 7, 6)),
    )
    await end_days(tx, MATURITY, date(2026, 7, 7))
    assert (await service.get(tx, first.id)).state is DepositState.PAID_OUT
    # 10016.25 x 0.8 % x 3/12 = 20.03, and the interest of the other one, 40.00
    assert await saver.balance(tx) == cny("970032.50") + cny("10036.28") + cny("40.00")
    assert await unclaimed(tx, "time_3m") == 0


async def test_without_an_instruction_it_waits_at_the_demand_rate(
    tx: WriteSession, saver: Saver
) -> None:
    deposit = await saver.open(tx, "time_3m", "100000.00", on=START, instruction=Instruction.HOLD)
    await end_days(tx, START, MATURITY + timedelta(days=30))
    held = await service.get(tx, deposit.id)
    assert held.state is DepositState.MATURED
    assert (await told(tx, deposit.id))[-1] == "deposit_matured"
    on = MATURITY + timedelta(days=72)
    after, paid = await saver.withdraw(tx, held, on=on)
    assert after.state is DepositState.PAID_OUT
    # 100000 x 0.65 % / 4, and 72 days at 0.05 %
    assert [line.interest for line in paid.lines] == [cny("162.50"), cny("10.00")]
    assert await saver.balance(tx) == cny("1000172.50")
    assert await unclaimed(tx, "time_3m") == 0


async def test_an_account_that_takes_nothing_leaves_it_to_its_holder(
    tx: WriteSession, saver: Saver
) -> None:
    deposit = await saver.open(tx, "time_3m", "10000.00", on=START)
    await accounts.place(
        tx,
        account_id=saver.account.id,
        order=accounts.Order(
            stop=accounts.Stop.ALL,
            authority=accounts.Authority.COURT,
            ordered_by="杭州市西湖区人民法院",
            document_number="（2026）浙0106执1号",
            reason="执行案件",
            from_at=noon(START),
            until_at=noon(START + timedelta(days=180)),
        ),
        placed_by=new_id(),
        approved_by=new_id(),
        at=noon(START),
    )
    await end_days(tx, START, MATURITY + timedelta(days=1))
    assert (await service.get(tx, deposit.id)).state is DepositState.MATURED
    with pytest.raises(errors.AccountNotUsable):
        await saver.withdraw(tx, deposit, on=MATURITY)
    other = await accounts.open_account(
        tx, party_id=saver.party.id, currency="CNY", at=noon(MATURITY)
    )
    await service.instruct(
        tx,
        deposit_id=deposit.id,
        account_id=other.id,
        instructed_by=saver.actor,
        at=noon(MATURITY),
    )
    await saver.withdraw(tx, deposit, on=MATURITY)
    assert (await accounts.balance(tx, other.id)).booked == cny("10016.25")
    assert await unclaimed(tx, "time_3m") == 0


async def test_broken_early_it_earns_the_demand_rate(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "time_3m", "100000.00", on=START)
    on = START + timedelta(days=36)
    await end_days(tx, START, on)
    after, paid = await saver.withdraw(tx, deposit, on=on)
    assert (after.state, after.ended_on) == (DepositState.BROKEN, on)
    # 36 days at 0.05 %
    assert (paid.interest, paid.total) == (cny("5.00"), cny("100005.00"))
    assert await saver.balance(tx) == cny("1000005.00")
    assert (await told(tx, deposit.id))[-1] == "deposit_broken"
    assert await unclaimed(tx, "time_3m") == 0
    with pytest.raises(errors.DepositEnded):
        await saver.withdraw(tx, deposit, on=on)


async def test_a_part_is_broken_once_and_the_rest_goes_on(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "time_3m", "100000.00", on=START)
    on = START + timedelta(days=36)
    await end_days(tx, START, on)
    after, paid = await saver.withdraw(tx, deposit, "40000.00", on=on)
    assert (after.state, after.principal) == (DepositState.OPEN, cny("60000.00"))
    assert paid.total == cny("40002.00")
    assert await unclaimed(tx, "time_3m") == 0
    with pytest.raises(errors.PartNotPossible):
        await saver.withdraw(tx, deposit, "100.00", on=on)
    await end_days(tx, on, MATURITY)
    # 60000 x 0.65 % / 4
    assert await saver.balance(tx) == cny("1000099.50")
    assert await unclaimed(tx, "time_3m") == 0


async def test_opened_and_broken_on_one_day_it_earns_nothing(
    tx: WriteSession, saver: Saver
) -> None:
    deposit = await saver.open(tx, "time_3m", "100.00", on=START)
    _, paid = await saver.withdraw(tx, deposit, on=START)
    assert paid.lines == ()
    assert await saver.balance(tx) == cny("1000000.00")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "100.01", "60.00"])
async def test_a_part_leaves_nothing_or_the_minimum(
    tx: WriteSession, saver: Saver, amount: str
) -> None:
    deposit = await saver.open(tx, "time_3m", "100.00", on=START)
    with pytest.raises(errors.PartOutOfRange):
        await saver.withdraw(tx, deposit, amount, on=START)


async def test_the_instruction_changes_until_the_day_before(tx: WriteSession, saver: Saver) -> None:
    deposit = await saver.open(tx, "time_3m", "100.00", on=START)

    async def change(on: date) -> service.Deposit:
        return await service.instruct(
            tx,
            deposit_id=deposit.id,
            instruction=Instruction.HOLD,
            instructed_by=saver.actor,
            at=noon(on),
        )

    with pytest.raises(errors.TooLateToChange):
        await change(MATURITY)
    assert (await change(MATURITY - timedelta(days=1))).instruction is Instruction.HOLD


async def test_who_may_open_what(tx: WriteSession, saver: Saver) -> None:
    for product, amount, error in (
        ("no-such", "100.00", errors.UnknownProduct),
        ("time_3m", "49.99", errors.AmountOutOfRange),
        ("time_3m", "100000000000.01", errors.AmountOutOfRange),
        ("notice_7d", "49999.99", errors.AmountOutOfRange),
        ("instalment_1y", "4.99", errors.AmountOutOfRange),
    ):
        with pytest.raises(error):
            await saver.open(tx, product, amount, on=START)
    with pytest.raises(errors.InstructionNotPossible):
        await saver.open(tx, "instalment_1y", "100.00", on=START, instruction=Instruction.RENEW_ALL)
    with pytest.raises(errors.NotOffered):  # before the first rate
        await saver.open(tx, "time_3m", "100.00", on=MONDAY - timedelta(days=1))
    stranger = await new_saver(tx)
    with pytest.raises(accounts.UnknownAccount):
        await service.open_deposit(
            tx,
            wanted=service.NewDeposit("time_3m", saver.account.id, cny("100.00")),
            opened_by=stranger.actor,
            at=noon(START),
        )
    hardly_known = await new_saver(tx, level=Level.BASIC)
    with pytest.raises(errors.LevelTooLow):
        await hardly_known.open(tx, "time_3m", "100.00", on=START)
    firm = await new_saver(tx, kind=PartyKind.ORGANISATION)
    with pytest.raises(errors.NotForThisHolder):
        await firm.open(tx, "instalment_1y", "100.00", on=START)
    with pytest.raises(errors.AmountOutOfRange):
        await firm.open(tx, "time_3m", "9999.99", on=START)
