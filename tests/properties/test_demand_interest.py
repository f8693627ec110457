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
from tongbao.core.ledger import service as ledger
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


async def live(bank: Bank, random: Random) -> None:
    """Let a day happen: accounts, rates, money in and out, some of it back-dated."""
    if random.random() < 0.4:
        await bank.open(random.choice(CURRENCIES))
    if random.random() < 0.2:
        await bank.set_rate(
            some_tiers(random),
            currency=random.choice(CURRENCIES),
            valid_from=bank.today + timedelta(days=random.randint(0, 3)),
            day_count=random.choice([DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_ACT]),
        )
    for holder in bank.holders:
        for _ in range(random.randint(0, 1)):
            back = random.choice([0, 0, 0, 1, 2, 9])
            amount = random.randint(1, 4_000_000)
            if random.random() < 0.4:
                amount = -min(amount, holder.day_end(bank.today))
            if amount:
                await bank.move(
                    holder, amount, on=max(bank.first, bank.today - timedelta(days=back))
                )


async def as_the_library_says(bank: Bank) -> None:
    """Check each account to the piece, and what the ledger shows of all of them."""
    rates = await bank.rates()
    for holder, accrued in zip(bank.holders, await bank.all_accrued(), strict=True):
        due = bank.earned_by(holder, rates) - holder.paid * PIECES
        assert accrued == due, (bank.today, holder)
    for currency in CURRENCIES:
        assert await bank.payable(currency) == rounded(await bank.sum_accrued(currency))


async def settled_to_nothing(bank: Bank) -> None:
    """Settle every account, some before the day before was ended: nothing is left anywhere."""
    for number, holder in enumerate(bank.holders):
        if number == len(bank.holders) // 2:
            bank.today += timedelta(days=1)
        due = await bank.earned(holder) - holder.paid * PIECES
        assert (await bank.settle(holder)).minor == max(0, rounded(due))
        assert await bank.accrued(holder) == 0
        currency = holder.account.currency
        assert await bank.payable(currency) == rounded(await bank.sum_accrued(currency))
    assert [await bank.payable(currency) for currency in CURRENCIES] == [0, 0, 0]


@pytest.mark.parametrize(
    ("seed", "first", "days"), [(1, date(2024, 2, 27), 24), (2, date(2023, 12, 14), 20)]
)
async def test_every_day_of_a_bank_earns_what_the_library_says(
    own: Database, seed: int, first: date, days: int
) -> None:
    """A leap day and an interest day are among the days, and the turn of a year."""
    random, bank = Random(seed), Bank(own, first=first)
    for currency in CURRENCIES[:2]:
        await bank.set_rate(some_tiers(random), currency=currency)
    for _ in range(days):
        await live(bank, random)
        await bank.close_day()
        await as_the_library_says(bank)
    assert any(holder.paid for holder in bank.holders)
    await settled_to_nothing(bank)
    await bank.close_day()
    async with own.read() as tx:
        left = await tx.execute(text("SELECT FROM accounts_interest WHERE accrued <> 0 OR due > 0"))
        assert not left.all()
        assert await ledger.verify(tx) == []
