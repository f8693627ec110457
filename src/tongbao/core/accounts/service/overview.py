"""All that somebody holds at a glance: balances, how they came to be so, and what it is worth."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final
from uuid import UUID

from tongbao.core.accounts.domain import DepositAccount
from tongbao.core.accounts.domain.overview import HeldAccount, Overview
from tongbao.core.accounts.service.reading import balances, list_accounts
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession
from tongbao.kernel.clock import business_date, midnight
from tongbao.kernel.money import Money, Rate, Rounding
from tongbao.risk.limits import service as limits

ACCOUNTS_MAX: Final = 50
"""Accounts that one overview shows; whoever holds more reads the list, a page at a time."""
TREND_DAYS: Final = 30
TRENDS_MAX: Final = 12
"""Accounts whose trend is told; of the others the balance alone."""
WORTH_IN: Final = "CNY"

_DAY: Final = timedelta(days=1)


async def overview(tx: ReadSession, *, among: Collection[UUID], at: datetime) -> Overview:
    """Return the accounts of some parties, the latest opened first, with all that is on them.

    `totals` add up what is available, by currency. Their worth in yuan is reckoned at reference
    rates, each currency rounded half up to the cent: to look at, nothing is exchanged at it.
    """
    found = (await list_accounts(tx, among=among, limit=ACCOUNTS_MAX)).items
    names = await parties.names(tx, {each.party_id for each in found})
    on_them = await balances(tx, found, at=at)
    trends = await _trends(tx, found[:TRENDS_MAX], at=at)
    items = [
        HeldAccount(account, names[account.party_id], balance, trends.get(account.id, ()))
        for account, balance in zip(found, on_them, strict=True)
    ]
    totals: dict[str, Money] = {}
    for held in on_them:
        currency = held.available.currency
        totals[currency] = totals.get(currency, Money.zero(currency)) + held.available
    foreign = [currency for currency in totals if currency != WORTH_IN]
    rates = {each.currency: each for each in await limits.rates(tx, at=at)} if foreign else {}
    used = [rates[each] for each in foreign if each in rates and _holds(rates[each], at)]
    worth = _worth(list(totals.values()), used) if len(used) == len(foreign) else None
    return Overview(at=at, items=items, totals=list(totals.values()), worth=worth, rates=used)


def _holds(rate: limits.ReferenceRate, at: datetime) -> bool:
    return rate.valid_until is None or at < rate.valid_until


def _worth(totals: Sequence[Money], rates: Sequence[limits.ReferenceRate]) -> Money:
    per_unit = {each.currency: each.cny_per_unit for each in rates}
    worth = Money.zero(WORTH_IN)
    for total in totals:
        own = total.currency == WORTH_IN
        worth += total if own else _in_yuan(total, per_unit[total.currency])
    return worth


def _in_yuan(amount: Money, cny_per_unit: Rate) -> Money:
    zero = Money.zero(WORTH_IN)
    ratio = cny_per_unit.fraction * Fraction(10) ** (zero.scale - amount.scale)
    return Money(amount.minor, WORTH_IN).times(ratio, rounding=Rounding.HALF_UP)


async def _trends(
    tx: ReadSession, accounts: Sequence[DepositAccount], *, at: datetime
) -> dict[UUID, list[tuple[date, Money]]]:
    """Return the day-end balances by account, the oldest first; none from before it was opened."""
    today = business_date(at)
    days = [today - n * _DAY for n in reversed(range(TREND_DAYS))]
    ends = [_end_of(day) for day in days]
    found = await ledger.balances_at(
        tx, [each.ledger_account_id for each in accounts], booked_by=ends
    )
    return {
        each.id: [
            (day, Money(minor, each.currency))
            for day, minor in zip(days, found[each.ledger_account_id], strict=True)
            if day >= business_date(each.opened_at)
        ]
        for each in accounts
    }


def _end_of(day: date) -> datetime:
    """Return the last instant of a day in the bank's zone; of today it lies ahead."""
    return midnight(day + _DAY).astimezone(UTC) - timedelta(microseconds=1)
