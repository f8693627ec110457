"""The cut-off: which postings belong to a business day that is over, and that they balance."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select, text

from tongbao.core.ledger.domain.cutting_off import ControlTotalsDiffer, CutOff
from tongbao.core.ledger.models import CutOffRow, CutOffTotalRow, HourSpanRow, TransactionRow
from tongbao.core.ledger.service.history import EXTENDED_TRANSACTIONS_MAX, extend_days
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.runs import DayNotOver, Progress
from tongbao.kernel.clock import business_date, midnight

_EXTENDING: Final = "extending"

_TOTALS: Final = text("""
    SELECT t.asset_id, sum(t.debits) AS debits, sum(t.credits) AS credits
      FROM ledger_category_totals(NULL, :day, NULL) t
     GROUP BY t.asset_id
""")

# What the counters say, whatever the date: each asset sums to zero.
_UNBALANCED: Final = text("""
    SELECT s.code
      FROM (SELECT a.asset_id, sum(a.debits_posted - a.credits_posted) AS net
              FROM ledger_account a GROUP BY a.asset_id
            UNION ALL
            SELECT a.asset_id, sum(t.debits - t.credits)
              FROM ledger_tail t JOIN ledger_account a ON a.id = t.account_id
             GROUP BY a.asset_id) AS x
      JOIN ledger_asset s ON s.id = x.asset_id
     GROUP BY s.code HAVING sum(x.net) <> 0 ORDER BY s.code
""")


async def cut_off(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Fix which postings belong to `day`, and check that they balance; a step of an end of day.

    Takes what is settled into the daily totals first, so that what follows reads little.

    Raises:
        runs.DayNotOver: bookings of the day may still come.
        ControlTotalsDiffer: debits and credits of an asset do not agree.
    """
    del cursor  # whether there is more to take in, the daily totals know themselves
    if day >= business_date(at):
        raise DayNotOver(day=day.isoformat(), business_date=business_date(at).isoformat())
    extended = await extend_days(tx)
    if extended == EXTENDED_TRANSACTIONS_MAX:
        return Progress(items=extended, cursor=_EXTENDING)
    settled = int((await tx.execute(select(func.ledger_settled()))).scalar_one())
    ends_at = midnight(day + timedelta(days=1))
    span = select(func.ledger_span(ends_at, None).table_valued("first_sequence", "last_sequence"))
    since = int((await tx.execute(span)).one().first_sequence)
    await tx.execute(
        insert(CutOffRow).values(
            day=day,
            through_sequence=settled,
            recent_from=min(max(since, 1), settled + 1),
            taken_at=at,
        )
    )
    totals = (await tx.execute(_TOTALS, {"day": day})).all()
    unbalanced = set((await tx.scalars(_UNBALANCED)).all())
    unbalanced |= {f"#{row.asset_id}" for row in totals if row.debits != row.credits}
    if unbalanced:
        raise ControlTotalsDiffer(assets=", ".join(sorted(unbalanced)))
    if totals:
        values = [
            {"day": day, "asset_id": row.asset_id, "debits": row.debits, "credits": row.credits}
            for row in totals
        ]
        await tx.execute(insert(CutOffTotalRow), values)
    return Progress(items=extended, cursor=None)


async def cut_off_of(tx: ReadSession, day: date) -> CutOff | None:
    """Return the cut-off of a day; None: it is not cut off yet."""
    row = await tx.get(CutOffRow, day)
    if row is None:
        return None
    return CutOff(
        day=row.day,
        through_sequence=row.through_sequence,
        recent_from=row.recent_from,
        taken_at=row.taken_at,
    )


async def first_day(tx: ReadSession) -> date | None:
    """Return the business date of the first booking; None: nothing was ever booked."""
    hour = await tx.scalar(select(func.min(HourSpanRow.starts_at)))
    booked = await tx.scalar(select(TransactionRow.booked_at).order_by(TransactionRow.id).limit(1))
    found = [business_date(moment) for moment in (hour, booked) if moment is not None]
    return min(found, default=None)
