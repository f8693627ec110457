"""Accounting periods: declared, and closed for ever."""

from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import Period
from tongbao.core.ledger.models import PeriodRow
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date

PERIODS_SHOWN_MAX = 200


async def declare_period(tx: WriteSession, *, starts_on: date, ends_on: date) -> Period:
    """Declare the period [starts_on, ends_on).

    Raises:
        PeriodOverlaps: it would cover a day that another covers, or no day at all.
    """
    try:
        async with tx.begin_nested():
            await tx.execute(insert(PeriodRow).values(starts_on=starts_on, ends_on=ends_on))
    except IntegrityError as error:
        raise domain.PeriodOverlaps from error
    return Period(starts_on=starts_on, ends_on=ends_on, closed_at=None)


async def close_period(tx: WriteSession, *, starts_on: date, at: datetime) -> Period:
    """Close a period: nothing is effective in it any more. Closing again changes nothing.

    Waits for bookings under way, and bookings that begin meanwhile wait for the caller's commit.

    Raises:
        PeriodNotFound: none starts on that day.
        PeriodNotOver: it ends after the business date; closed, it would stop today's bookings,
            for ever.
    """
    ends_on = await tx.scalar(select(PeriodRow.ends_on).where(PeriodRow.starts_on == starts_on))
    if ends_on is not None and ends_on > business_date(at):
        raise domain.PeriodNotOver(ends_on=ends_on.isoformat())
    await tx.execute(select(func.ledger_close_period(starts_on, at)))
    row = await tx.get(PeriodRow, starts_on, populate_existing=True)
    if row is None:
        raise domain.PeriodNotFound(starts_on=starts_on.isoformat())
    return _period(row)


async def periods(tx: ReadSession) -> list[Period]:
    """Return the periods, the latest first (at most `PERIODS_SHOWN_MAX`)."""
    rows = await tx.scalars(
        select(PeriodRow).order_by(PeriodRow.starts_on.desc()).limit(PERIODS_SHOWN_MAX)
    )
    return [_period(row) for row in rows]


def _period(row: PeriodRow) -> Period:
    return Period(starts_on=row.starts_on, ends_on=row.ends_on, closed_at=row.closed_at)
