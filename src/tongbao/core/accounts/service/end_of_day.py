"""Steps of an end of day: corrections of days before, interest of the day, interest that falls due.

Each is one bounded, set-based piece on the caller's transaction. What belongs to the day was fixed
by the ledger's cut-off, so a piece writes the same whenever it runs.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.accounts.domain.interest import (
    DayNotCutOff,
    InterestTotalsDiffer,
    credited_on,
    is_capitalisation_day,
)
from tongbao.core.accounts.events import InterestCredited
from tongbao.core.accounts.models import InterestProgressRow, InterestTotalRow
from tongbao.core.accounts.service.interest import payable_account, show_payable
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.runs import Progress
from tongbao.kernel.money import Money

CAPITALISED: Final = "accounts.interest"

POSTINGS_MAX: Final = 50_000
ACCOUNTS_MAX: Final = 20_000
CREDITS_MAX: Final = 10_000
"""What a piece takes; other payments wait for at most one piece of credits, well below a second."""

_NONE: Final = UUID(int=0)

_CORRECT: Final = text("SELECT accounts_correct(:after, :through, :first, :day)")
_ACCRUE: Final = text("""
    SELECT accounts, last
      FROM accounts_accrue(:after, :accounts_max, :day, :through, :recent_from)
""")
_CAPITALISE: Final = text("""
    SELECT accounts, last, paid
      FROM accounts_capitalise(:currency, :payable, :after, :accounts_max, :all, :type, :value, :at)
""")


# Whoever changes the one changes the other on the same transaction, so one snapshot has both.
_DIFFERING: Final = text("""
    SELECT t.currency
      FROM accounts_interest_total t
      LEFT JOIN (SELECT b.currency, sum(i.accrued) AS accrued
                   FROM accounts_interest i JOIN accounts_account b ON b.id = i.account_id
                  GROUP BY b.currency) AS x ON x.currency = t.currency
     WHERE t.accrued <> coalesce(x.accrued, 0)
     ORDER BY t.currency
""")


async def value_dated(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Correct what days before `day` have earned, by postings with such dates that came since.

    Raises `DayNotCutOff`.
    """
    del cursor, at  # how far it came is stored with what it wrote, for `settle` wants to know too
    cut_off = await _cut_off(tx, day)
    await tx.execute(
        upsert(InterestProgressRow)
        .values(first_day=day, corrected_through=cut_off.through_sequence)
        .on_conflict_do_nothing()
    )
    progress = (await tx.scalars(select(InterestProgressRow).with_for_update())).one()
    after = progress.corrected_through
    through = min(after + POSTINGS_MAX, cut_off.through_sequence)
    corrected = 0
    if through > after:
        parameters = {"after": after, "through": through, "first": progress.first_day, "day": day}
        corrected = int((await tx.execute(_CORRECT, parameters)).scalar_one())
        await tx.execute(update(InterestProgressRow).values(corrected_through=through))
    is_done = through >= cut_off.through_sequence
    return Progress(items=corrected, cursor=None if is_done else str(through))


async def accrue(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Let accounts earn the day `day` on their balance at its end, by effective date.

    The last piece has the ledger show what all of them have earned: interest expense to interest
    payable, the rounded change of the sum.

    Raises `DayNotCutOff`, and `InterestTotalsDiffer` if the sum is not that of its parts.
    """
    cut_off = await _cut_off(tx, day)
    parameters = {
        "after": UUID(cursor) if cursor else _NONE,
        "accounts_max": ACCOUNTS_MAX,
        "day": day,
        "through": cut_off.through_sequence,
        "recent_from": cut_off.recent_from,
    }
    found = (await tx.execute(_ACCRUE, parameters)).one()
    if found.last is not None:
        return Progress(items=int(found.accounts), cursor=str(found.last))
    differing = (await tx.scalars(_DIFFERING)).all()
    if differing:
        raise InterestTotalsDiffer(currencies=", ".join(differing))
    for currency in await _currencies(tx):
        await show_payable(tx, currency=currency, on=day, at=at)
    await tx.execute(update(InterestProgressRow).values(last_day=day))
    return Progress(items=0, cursor=None)


async def capitalise(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Credit interest that falls due at the end of `day`, with the value date of the day after.

    On the 20th of a quarter's last month that is what was earned, in whole minor units; the rest
    stays accrued. On other days it is what fell due before and could not be credited, where the
    account may receive again.
    """
    currency, _, last = (cursor or "").partition(" ")
    if not currency:
        first = await _currency_after(tx, "")
        return Progress(items=0, cursor=f"{first} {_NONE}" if first else None)
    parameters = {
        "currency": currency,
        "payable": await payable_account(tx, currency=currency, at=at),
        "after": UUID(last),
        "accounts_max": CREDITS_MAX,
        "all": is_capitalisation_day(day),
        "type": CAPITALISED,
        "value": credited_on(day),
        "at": at,
    }
    found = (await tx.execute(_CAPITALISE, parameters)).one()
    if found.paid:
        credited = InterestCredited(
            day=day,
            value_date=credited_on(day),
            accounts=int(found.accounts),
            amount=Money(int(found.paid), currency),
        )
        await outbox.append(tx, [credited], at=at)
    if found.last is not None:
        return Progress(items=int(found.accounts), cursor=f"{currency} {found.last}")
    following = await _currency_after(tx, currency)
    return Progress(items=0, cursor=f"{following} {_NONE}" if following else None)


async def _cut_off(tx: ReadSession, day: date) -> ledger.CutOff:
    found = await ledger.cut_off_of(tx, day)
    if found is None:
        raise DayNotCutOff(day=day.isoformat())
    return found


async def _currencies(tx: ReadSession) -> list[str]:
    rows = await tx.scalars(select(InterestTotalRow.currency).order_by(InterestTotalRow.currency))
    return list(rows)


async def _currency_after(tx: ReadSession, currency: str) -> str | None:
    return await tx.scalar(
        select(func.min(InterestTotalRow.currency)).where(InterestTotalRow.currency > currency)
    )
