"""Months: closed once at month end for all accounts, listed, and what statements are held to."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Date, DateTime, and_, func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import aliased

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.ledger import service as ledger
from tongbao.core.statements.domain.periods import (
    Period,
    month_of,
    next_month,
    previous_month,
)
from tongbao.core.statements.domain.statements import Month
from tongbao.core.statements.models import MonthRow
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.runs import DayNotOver, Progress
from tongbao.kernel.clock import business_date, midnight
from tongbao.kernel.money import Money
from tongbao.kernel.page import Page, decode_cursor, encode_cursor

PIECE: Final = 20_000
"""Accounts that one piece closes: about a second's work."""

SETTLED_AFTER: Final = timedelta(minutes=1)
"""What was booked before midnight has been committed by then: no statement of ours lasts longer."""

_DAY: Final = timedelta(days=1)
_COLUMNS: Final = (
    "account_id",
    "month",
    "opening",
    "credits",
    "debits",
    "closing",
    "credits_through",
    "debits_through",
    "closed_at",
)


async def close_month(tx: WriteSession, *, day: date, cursor: str | None, at: datetime) -> Progress:
    """Close the month that ends with `day` for the next accounts: one row each, in one statement.

    A step of the end of day; on any other day there is nothing to do. The figures come from the
    accounts' counters less what was booked since the month's end, so they are a second opinion on
    what statements add up from postings. A row that is there already stays.

    Raises `runs.DayNotOver` within a minute of the month's end: what was booked before midnight
    may not be committed yet, and a month is closed for good.
    """
    if (day + _DAY).day != 1:
        return Progress(items=0, cursor=None)
    if at < midnight(day + _DAY) + SETTLED_AFTER:
        today = business_date(at).isoformat()
        raise DayNotOver(day=day.isoformat(), business_date=today)
    month = month_of(day)
    after = None if cursor is None else UUID(cursor)
    piece = await accounts.next_piece(tx, after=after, size=PIECE)
    if piece is None:
        return Progress(items=0, cursor=None)
    written = await tx.execute(_closing_of(month, piece, at).returning(MonthRow.account_id))
    return Progress(items=len(written.all()), cursor=str(piece.last))


def _closing_of(month: date, piece: accounts.Piece, at: datetime) -> Insert:
    """Return the statement that writes the rows of some accounts."""
    first, end = midnight(month), midnight(next_month(month))
    some, before = accounts.opened_before(end, piece).subquery(), aliased(MonthRow)
    each = (
        select(some, before.credits_through, before.debits_through)
        .outerjoin(
            before,
            and_(before.account_id == some.c.account_id, before.month == previous_month(month)),
        )
        .cte("each")
    )
    now_ = ledger.totals_before(_ids(each), moment=end).alias("now_")
    # No row of the month before: from before months were closed, or opened in this one.
    unknown = each.c.credits_through.is_(None) & (each.c.opened_at < first)
    then = ledger.totals_before(_ids(each, unknown), moment=first).alias("then")
    credits_then = func.coalesce(each.c.credits_through, then.c.credits, 0)
    debits_then = func.coalesce(each.c.debits_through, then.c.debits, 0)
    rows = (
        select(
            each.c.account_id,
            literal(month, Date),
            credits_then - debits_then,
            now_.c.credits - credits_then,
            now_.c.debits - debits_then,
            now_.c.credits - now_.c.debits,
            now_.c.credits,
            now_.c.debits,
            literal(at, DateTime(timezone=True)),
        )
        .select_from(each)
        .join(now_, now_.c.uid == each.c.ledger_account_id)
        .outerjoin(then, then.c.uid == each.c.ledger_account_id)
        # A closed account's months end with the last one in which anything moved.
        .where(
            each.c.closed.is_(False)
            | (now_.c.credits > credits_then)
            | (now_.c.debits > debits_then)
        )
    )
    return insert(MonthRow).from_select(_COLUMNS, rows).on_conflict_do_nothing()


def _ids(each: CTE, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(func.array_agg(each.c.ledger_account_id)).where(*conditions).scalar_subquery()


async def months(
    tx: ReadSession, account: DepositAccount, *, after: str | None, limit: int
) -> Page[Month]:
    """Return an account's closed months, the latest first. Raises `kernel.page.BadCursor`."""
    query = (
        select(MonthRow)
        .where(MonthRow.account_id == account.id)
        .order_by(MonthRow.month.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(MonthRow.month < decode_cursor(after, date)[0])
    rows = [_month(row, account.currency) for row in await tx.scalars(query)]
    return Page[Month].of(rows, limit=limit, cursor=lambda last: encode_cursor(last.month))


async def months_of(tx: ReadSession, account: DepositAccount, period: Period) -> Sequence[Month]:
    """Return the closed months that a period touches, in order."""
    rows = await tx.scalars(
        select(MonthRow)
        .where(
            MonthRow.account_id == account.id,
            MonthRow.month.between(month_of(period.first), period.last),
        )
        .order_by(MonthRow.month)
    )
    return [_month(row, account.currency) for row in rows]


def _month(row: MonthRow, currency: str) -> Month:
    return Month(
        month=row.month,
        opening=Money(row.opening, currency),
        credits=Money(row.credits, currency),
        debits=Money(row.debits, currency),
        closing=Money(row.closing, currency),
    )
