"""Where a search begins: numbers of transactions, newest first, taken from one index each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    and_,
    bindparam,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from tongbao.core.ledger.domain import AccountId
from tongbao.core.ledger.domain.searching import (
    Criteria,
    TransactionCriteria,
    TransactionState,
)
from tongbao.core.ledger.models import (
    HoldRow,
    OpenPendingRow,
    PostingRow,
    ReversedRow,
    TransactionRow,
)
from tongbao.infra.db import ReadSession

EXAMINED_MAX: Final = 5_000
"""Candidates of each kind that one page looks at."""

Number = InstrumentedAttribute[int]

_BOUNDS = text("""
    SELECT a.id, a.overdraft IS NOT NULL AS limited,
           ledger_days_through() AS through, s.first_sequence, s.last_sequence,
           CASE WHEN a.overdraft IS NOT NULL AND CAST(:booked_from AS timestamptz) IS NOT NULL
                THEN ledger_version_at(a.id, :booked_from - interval '1 microsecond', NULL)
                ELSE 0 END AS after_version,
           CASE WHEN a.overdraft IS NOT NULL
                THEN ledger_version_at(a.id, :booked_until - interval '1 microsecond', :upto)
                ELSE 0 END AS last_version
      FROM ledger_span(:booked_from, :booked_until) s
      LEFT JOIN ledger_account a ON a.uid = :account
""").bindparams(
    bindparam("booked_from", type_=DateTime(timezone=True)),
    bindparam("booked_until", type_=DateTime(timezone=True)),
    bindparam("upto", type_=BigInteger),
    bindparam("account", type_=Uuid),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where candidates may lie: numbers of transactions, newest span first, and versions."""

    account: int | None
    limited: bool
    spans: tuple[tuple[int, int], ...]
    versions: tuple[int, int]

    def exact(self, criteria: Criteria) -> bool:
        """Tell whether every candidate of the account meets the criteria.

        Booking times have become versions, a direction is one of its two windows.
        """
        rest = replace(criteria, booked_from=None, booked_until=None, direction=None)
        return self.limited and rest == Criteria()


def enough(criteria: Criteria, limit: int) -> int:
    """Return how many candidates a page looks at: with nothing to compare, what it shows."""
    plain = (Criteria(), TransactionCriteria())
    if isinstance(criteria, TransactionCriteria):
        plain = (TransactionCriteria(), TransactionCriteria(account_id=criteria.account_id))
    return limit + 1 if criteria in plain else EXAMINED_MAX


async def bounds_of(
    tx: ReadSession, criteria: Criteria, *, account: AccountId | None, upto: int
) -> Bounds:
    """Return where candidates numbered up to `upto` may lie; account None if there is no such."""
    row = (
        await tx.execute(
            _BOUNDS,
            {
                "booked_from": criteria.booked_from,
                "booked_until": criteria.booked_until,
                "upto": upto,
                "account": account,
            },
        )
    ).one()
    spans: tuple[tuple[int, int], ...] = ((1, upto),)
    if (criteria.booked_from, criteria.booked_until) != (None, None):
        # The spans of hours are complete up to `through`; beyond it, everything is looked at.
        spans = (
            (row.through + 1, upto),
            (row.first_sequence, min(row.last_sequence, row.through, upto)),
        )
    return Bounds(row.id, bool(row.limited), spans, (row.after_version, row.last_version))


async def candidates(
    tx: ReadSession, windows: Sequence[Select[Any]], *, n: int
) -> tuple[list[int], int | None]:
    """Return numbers of transactions, and below which one there may be more (None: no more).

    Of each window the newest `n` are taken. Where a window is cut off, what the others have
    below the cut is left for the next page.
    """
    parts = [
        select(literal(place).label("place"), window.limit(n).subquery())
        for place, window in enumerate(windows)
    ]
    found: dict[int, list[int]] = {}
    for place, number in await tx.execute(union_all(*parts)):
        found.setdefault(place, []).append(number)
    cuts = [min(numbers) for numbers in found.values() if len(numbers) == n]
    frontier = max(cuts, default=None)
    numbers = {number for each in found.values() for number in each}
    return [n for n in numbers if frontier is None or n >= frontier], frontier


def _newest(column: Number, bounds: Bounds, *conditions: ColumnElement[bool]) -> list[Any]:
    """Return a window per span, over the rows that meet the conditions."""
    return [
        select(column).where(*conditions, column.between(*span)).order_by(column.desc())
        for span in bounds.spans
    ]


def by_reference(criteria: Criteria, bounds: Bounds) -> list[Select[Any]]:
    """Return the windows of a reference or a correlation, which have an index; none without."""
    if criteria.reference is not None:
        asked = TransactionRow.reference == criteria.reference
    elif criteria.correlation_id is not None:
        asked = TransactionRow.correlation_id == criteria.correlation_id
    else:
        return []
    return _newest(TransactionRow.id, bounds, asked)


def by_account(
    bounds: Bounds, *, holds: bool, direction: Literal["debit", "credit"] | None = None
) -> list[Select[Any]]:
    """Return the windows of an account's postings, and of its holds, on either side or on one."""
    windows: list[Select[Any]] = []
    for side, account, version in (
        ("debit", PostingRow.debit_account_id, PostingRow.debit_version),
        ("credit", PostingRow.credit_account_id, PostingRow.credit_version),
    ):
        if direction not in (None, side):
            continue
        if bounds.limited:
            after, last = bounds.versions
            windows.append(
                select(PostingRow.transaction_id)
                .where(account == bounds.account, version > after, version <= last)
                .order_by(version.desc())
            )
        else:
            mine = and_(account == bounds.account, version.is_(None))
            windows += _newest(PostingRow.transaction_id, bounds, mine)
    if holds:
        for account in (HoldRow.debit_account_id, HoldRow.credit_account_id):
            windows += _newest(HoldRow.transaction_id, bounds, account == bounds.account)
    return windows


def by_state(criteria: TransactionCriteria, bounds: Bounds) -> list[Select[Any]]:
    """Return the windows of the lists of open and of reversed transactions, or of all."""
    match criteria.state:
        case TransactionState.PENDING:
            return _newest(OpenPendingRow.transaction_id, bounds)
        case TransactionState.REVERSED | TransactionState.PARTLY_REVERSED:
            return _newest(ReversedRow.transaction_id, bounds)
    return _newest(TransactionRow.id, bounds)
