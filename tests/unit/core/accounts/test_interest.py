"""Interest of single accounts: what falls due when, and to whom it may not be paid yet."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.interest_bank import STAFF, Bank, at_noon, rounded
from tongbao.app import eod
from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.domain.interest import (
    DayNotCutOff,
    RateNotAhead,
    TiersRefused,
    credited_on,
    is_capitalisation_day,
)
from tongbao.core.accounts.service import end_of_day
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import AccountFrozen
from tongbao.infra import runs
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.accrual import PIECES, Tier, TierMode, Tiers
from tongbao.lib.interest.days import DayCount

FIRST = date(2026, 3, 18)
THREE_PERCENT = Tiers.flat(Rate.percent("3.00"))


@pytest.fixture
async def bank(fresh_database: Callable[..., Urls]) -> AsyncIterator[Bank]:
    opened = Database.connect(fresh_database().app, role=APP_ROLE)
    made = Bank(opened, first=FIRST)
    await made.set_rate(THREE_PERCENT)
    yield made
    await opened.close()


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 3, 20), True),
        (date(2026, 6, 20), True),
        (date(2026, 9, 20), True),
        (date(2026, 12, 20), True),
        (date(2026, 3, 19), False),
        (date(2026, 3, 21), False),
        (date(2026, 4, 20), False),
    ],
)
def test_interest_falls_due_on_the_20th_of_a_quarters_last_month(day: date, due: bool) -> None:  # noqa: FBT001
    assert is_capitalisation_day(day) is due
    assert credited_on(day) == day + timedelta(days=1)


async def test_what_was_earned_up_to_the_20th_is_credited_with_value_of_the_21st(
    bank: Bank,
) -> None:
    holder = await bank.open()
    await bank.move(holder, 1_200_000_00)
    for _ in range(3):
        await bank.close_day()
    assert bank.today == date(2026, 3, 21)
    assert holder.paid == 3 * 100_00  # 1,200,000.00 x 3 % / 360 a day
    async with bank.database.read() as tx:
        (entry, _) = (await accounts.entries(tx, holder.account)).items
    assert (entry.amount, entry.effective_on) == (Money.parse("300.00", "CNY"), bank.today)
    assert (entry.type, entry.counterparty) == ("accounts.interest", None)
    assert await bank.payable("CNY") == 0
    await bank.close_day()
    assert await bank.accrued(holder) == 100_02 * PIECES + PIECES // 2  # on interest too


async def test_an_account_that_may_not_pay_is_credited_all_the_same(bank: Bank) -> None:
    holder = await bank.open()
    await bank.move(holder, 1_200_000_00)
    async with bank.database.write() as tx:
        await ledger.change_status(
            tx,
            account_id=holder.account.ledger_account_id,
            status=ledger.AccountStatus.DEBIT_FROZEN,
        )
    for _ in range(3):
        await bank.close_day()
    assert holder.paid == 300_00


async def test_a_frozen_account_earns_and_is_credited_when_it_is_released(bank: Bank) -> None:
    holder, other = await bank.open(), await bank.open()
    await bank.move(holder, 1_200_000_00)
    await bank.move(other, 1_200_000_00)
    stopped = await _stop(bank, holder.account)
    for _ in range(4):
        await bank.close_day()
    assert (holder.paid, other.paid) == (0, 300_00)
    assert await bank.accrued(holder) == 400_00 * PIECES
    assert await bank.payable("CNY") == rounded(await bank.sum_accrued("CNY"))
    async with bank.database.write() as tx:
        await accounts.release(
            tx,
            account_id=holder.account.id,
            restraint_id=stopped.id,
            document_number="（2026）浙0106执1号之一",
            reason="结案",
            released_by=UUID(int=1),
            approved_by=UUID(int=2),
            at=bank.at,
        )
    await bank.close_day()
    # What fell due on the 20th; what was earned since falls due with the next quarter.
    assert holder.paid == 300_00
    assert await bank.accrued(holder) == 200_00 * PIECES
    await bank.close_day()
    assert holder.paid == 300_00


async def test_a_late_withdrawal_takes_back_what_it_earned_before_its_date(bank: Bank) -> None:
    holder = await bank.open()
    await bank.move(holder, 1_200_000_00)
    await bank.close_day()
    await bank.close_day()
    assert await bank.accrued(holder) == 200_00 * PIECES
    await bank.move(holder, -1_200_000_00, on=FIRST)
    await bank.close_day()
    assert await bank.accrued(holder) == 0
    assert await bank.payable("CNY") == 0


async def test_who_owes_interest_back_is_forgiven_at_closing(bank: Bank) -> None:
    holder = await bank.open()
    await bank.move(holder, 1_200_000_00)
    for _ in range(3):
        await bank.close_day()
    await bank.move(holder, -1_200_000_00, on=FIRST)
    await bank.close_day()
    assert await bank.accrued(holder) < 0
    settled = await bank.settle(holder)
    assert settled == Money.zero("CNY")
    assert (await bank.accrued(holder), await bank.payable("CNY")) == (0, 0)


async def test_settled_before_any_day_was_ended_and_twice(bank: Bank) -> None:
    holder = await bank.open()
    await bank.move(holder, 1_200_000_00)
    bank.today += timedelta(days=2)
    assert (await bank.settle(holder)).minor == 200_00
    assert (await bank.settle(holder)).minor == 0
    await bank.close_day()
    assert await bank.accrued(holder) == 0
    assert await bank.payable("CNY") == 0


async def test_accounts_close_while_a_day_is_being_ended(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each piece of each step another account is settled: nothing is lost or doubled."""
    monkeypatch.setattr(end_of_day, "ACCOUNTS_MAX", 3)
    monkeypatch.setattr(end_of_day, "CREDITS_MAX", 3)
    monkeypatch.setattr(end_of_day, "POSTINGS_MAX", 5)
    for number in range(14):
        await bank.move(await bank.open(), 1_200_000_00 + number * 361_07)
    while not is_capitalisation_day(bank.today):
        await bank.close_day()
    for holder in bank.holders:
        await bank.move(holder, 120_000_00, on=FIRST)
    still_open, settled = list(bank.holders), []

    def settling(step: runs.Step) -> runs.Step:
        async def work(
            tx: WriteSession, *, day: date, cursor: str | None, at: datetime
        ) -> runs.Progress:
            if len(still_open) > 1:  # from the middle: some the step has reached, some it has not
                settled.append(still_open.pop(len(still_open) // 2))
                await bank.settle(settled[-1])
            return await step.work(tx, day=day, cursor=cursor, at=at)

        return runs.Step(step.name, work)

    await bank.close_day([settling(step) for step in eod.STEPS])
    assert len(settled) == 13
    for holder in settled:
        assert holder.paid == rounded(await bank.earned(holder)), holder
        assert await bank.accrued(holder) == 0
    (left,) = still_open
    assert await bank.accrued(left) == await bank.earned(left) - left.paid * PIECES
    assert await bank.payable("CNY") == rounded(await bank.sum_accrued("CNY"))
    await bank.close_day()  # the sums are compared


async def test_a_frozen_account_with_interest_is_not_settled(bank: Bank) -> None:
    holder = await bank.open()
    await bank.move(holder, 1_200_000_00)
    await _stop(bank, holder.account)
    await bank.close_day()
    with pytest.raises(AccountFrozen):
        await bank.settle(holder)
    assert await bank.accrued(holder) == 100_00 * PIECES


async def test_nothing_is_earned_without_rates_and_before_they_hold(bank: Bank) -> None:
    holder = await bank.open("JPY")
    await bank.move(holder, 36_000_000)
    await bank.set_rate(THREE_PERCENT, currency="JPY", valid_from=FIRST + timedelta(days=1))
    await bank.close_day()
    assert await bank.accrued(holder) == 0
    await bank.close_day()
    assert await bank.accrued(holder) == 3_000 * PIECES


async def test_the_tariff_by_date(bank: Bank) -> None:
    later = FIRST + timedelta(days=10)
    first, second = Tiers.flat(Rate.percent("1.00")), Tiers.flat(Rate.percent("2.00"))
    await bank.set_rate(first, valid_from=later)
    await bank.set_rate(second, valid_from=later)  # the later word for the same day
    async with bank.database.read() as tx:
        found = await accounts.tariff(tx, product=accounts.Product.CURRENT, currency="CNY")
        none = await accounts.tariff(tx, product=accounts.Product.CURRENT, currency="EUR")
    assert found is not None
    assert none is None
    assert found.on(FIRST - timedelta(days=1)) == Tiers.flat(Rate.zero())
    assert (found.on(FIRST), found.on(later)) == (THREE_PERCENT, second)


async def test_rates_hold_for_days_that_have_not_earned_yet(bank: Bank) -> None:
    await bank.open()
    await bank.close_day()
    with pytest.raises(RateNotAhead) as refusal:
        await bank.set_rate(THREE_PERCENT, valid_from=FIRST)
    assert refusal.value.facts == {"last_day": FIRST.isoformat()}
    await bank.set_rate(THREE_PERCENT, valid_from=FIRST + timedelta(days=1))


@pytest.mark.parametrize(
    ("tiers", "day_count"),
    [
        (Tiers.flat(Rate.parse("-0.001")), DayCount.ACT_360),
        (Tiers.flat(Rate.parse("1.001")), DayCount.ACT_360),
        (THREE_PERCENT, DayCount.THIRTY_360),
        (Tiers(tuple(Tier(n, Rate.zero()) for n in range(21))), DayCount.ACT_360),
    ],
)
async def test_tiers_nobody_can_earn_by(
    tx: WriteSession, tiers: Tiers, day_count: DayCount
) -> None:
    with pytest.raises(TiersRefused):
        await accounts.set_rate(
            tx,
            product=accounts.Product.CURRENT,
            currency="CNY",
            tiers=tiers,
            valid_from=date(2100, 1, 1),
            set_by=STAFF,
            at=at_noon(FIRST),
            day_count=day_count,
        )


async def test_the_database_knows_such_tiers_too_and_keeps_what_was_set(bank: Bank) -> None:
    wrong = (
        "UPDATE accounts_rate SET annual_rate = '{0}'",
        "DELETE FROM accounts_rate",
        "TRUNCATE accounts_rate",
        *(
            "INSERT INTO accounts_rate (id, product, currency, valid_from, mode, day_count,"
            " from_minor, annual_rate, set_by, set_at) VALUES (gen_random_uuid(), 'current', 'CNY',"
            f" '2100-01-01', 'whole', 'act/360', {tiers}, gen_random_uuid(), now())"
            for tiers in ("'{1}', '{0}'", "'{0}', '{-1}'", "'{0,5}', '{1}'", "'{}', '{}'")
        ),
    )
    for statement in wrong:
        with pytest.raises(DBAPIError):
            async with bank.database.write() as tx:
                await tx.execute(text(statement))


@pytest.mark.parametrize("step", [accounts.value_dated, accounts.accrue])
async def test_a_day_earns_after_its_cut_off(tx: WriteSession, step: runs.Work) -> None:
    day = date(1990, 1, 1)
    with pytest.raises(DayNotCutOff):
        await step(tx, day=day, cursor=None, at=at_noon(day + timedelta(days=1)))


async def test_a_day_is_not_ended_on_sums_that_are_none(bank: Bank) -> None:
    holder = await bank.open()
    await bank.move(holder, 1_200_000_00)
    await bank.close_day()
    async with bank.database.write() as tx:
        await tx.execute(text("UPDATE accounts_interest SET accrued = accrued + 1"))
    with pytest.raises(runs.StepFailed, match="not the sum of each account's"):
        await bank.close_day()


async def test_slices_and_whole_balances_at_the_edges_of_tiers(bank: Bank) -> None:
    tiers = (Tier(0, Rate.percent("1")), Tier(1_000, Rate.percent("2")), Tier(5_000, Rate.zero()))
    cases = [
        (mode, balance) for mode in TierMode for balance in (1, 999, 1_000, 1_001, 5_000, 9_999)
    ]
    async with bank.database.read() as tx:
        for mode, balance in cases:
            found = await tx.execute(
                text("""
                    SELECT accounts_day_pieces(
                        :balance, width_bucket(:balance, f.starts), f.starts, f.rates,
                        accounts_tier_bases(f.starts, f.rates, :mode), 3600000)
                      FROM (SELECT CAST(:starts AS bigint[]) AS starts,
                                   CAST(:rates AS bigint[]) AS rates) AS f
                """),
                {
                    "balance": balance,
                    "mode": mode.value,
                    "starts": [each.from_minor for each in tiers],
                    "rates": [each.annual_rate.trillionths for each in tiers],
                },
            )
            yearly = Tiers(tiers, mode).yearly(balance)
            assert int(found.scalar_one()) == (2 * yearly + 3_600_000) // 7_200_000, (mode, balance)


async def _stop(bank: Bank, account: accounts.DepositAccount) -> accounts.Restraint:
    at = bank.at
    async with bank.database.write() as tx:
        return await accounts.place(
            tx,
            account_id=account.id,
            order=accounts.Order(
                stop=accounts.Stop.ALL,
                authority=accounts.Authority.BANK,
                ordered_by="杭州市西湖区人民法院",
                document_number="（2026）浙0106执1号",
                reason="执行案件",
                from_at=at,
                until_at=at + timedelta(days=180),
            ),
            placed_by=UUID(int=1),
            approved_by=UUID(int=2),
            at=at,
        )
