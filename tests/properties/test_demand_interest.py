"""Interest on demand deposits is what `lib.interest` says, to the hundred-millionth of a cent.

The law after each end of day: what an account has accrued and was paid is the sum of what its
day-end balances earned, as they are known then; the ledger shows the rounded sum of all accounts.
"""

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import text

from tests.support.interest_bank import Bank, rounded
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.money import Rate
from tongbao.lib.interest.accrual import PIECES, Tier, TierMode, Tiers
from tongbao.lib.interest.days import DayCount

CURRENCIES = ("CNY", "USD", "JPY")


@pytest.fixture
async def own(fresh_database: Callable[..., Urls]) -> AsyncIterator[Database]:
    """A database that only ends its own days."""
    opened = Database.connect(fresh_database().app, role=APP_ROLE)
    yield opened
    await opened.close()


def some_tiers(random: Random) -> Tiers:
    starts = [0, *sorted(random.sample(range(1, 3_000_000), random.randint(0, 3)))]
    return Tiers(
        tuple(Tier(start, Rate.percent(f"{random.randint(0, 700) / 100:.2f}")) for start in starts),
        random.choice(list(TierMode)),
    )


async def move_some(bank: Bank, random: Random, *, first: date) -> None:
    """Book a few movements on each account, some of them back-dated."""
    for holder in bank.holders:
        for _ in range(random.randint(0, 2)):
            back = random.choice([0, 0, 0, 1, 2, 9])
            on = max(first, bank.today - timedelta(days=back))
            amount = random.randint(1, 4_000_000)
            if random.random() < 0.4:
                amount = -min(amount, holder.day_end(bank.today))
            if amount:
                await bank.move(holder, amount, on=on)


async def settle_all(bank: Bank, random: Random) -> None:
    """Pay each account what it has earned, on any day: nothing is left."""
    for number, holder in enumerate(bank.holders):
        if number % 2:
            bank.today += timedelta(days=random.choice([0, 0, 1]))
        earned = await bank.earned(holder)
        settled = await bank.settle(holder)
        assert settled.minor == max(0, rounded(earned - holder.paid * PIECES))
        assert await bank.accrued(holder) == 0
        assert await bank.payable(holder.account.currency) == rounded(
            await bank.sum_accrued(holder.account.currency)
        )


@pytest.mark.parametrize(
    ("seed", "first"), [(1, date(2024, 2, 18)), (2, date(2023, 12, 5)), (3, date(2026, 9, 5))]
)
async def test_every_day_of_a_bank_earns_what_the_library_says(
    own: Database, seed: int, first: date
) -> None:
    random = Random(seed)
    bank = Bank(own, first=first)
    for currency in CURRENCIES[:2]:
        await bank.set_rate(some_tiers(random), currency=currency)
    for day in range(36):
        if random.random() < 0.4:
            await bank.open(random.choice(CURRENCIES))
        if random.random() < 0.2:
            await bank.set_rate(
                some_tiers(random),
                currency=random.choice(CURRENCIES),
                valid_from=bank.today + timedelta(days=random.randint(0, 3)),
                day_count=random.choice([DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_ACT]),
            )
        await move_some(bank, random, first=first)
        await bank.close_day()
        for holder in bank.holders:
            assert await bank.accrued(holder) == (
                await bank.earned(holder) - holder.paid * PIECES
            ), (day, holder)
        for currency in CURRENCIES:
            assert await bank.payable(currency) == rounded(await bank.sum_accrued(currency))
    assert any(holder.paid for holder in bank.holders)
    await settle_all(bank, random)
    async with own.read() as tx:
        assert not (
            await tx.execute(text("SELECT FROM accounts_interest WHERE accrued <> 0"))
        ).all()
