"""Spans of booking time: opening, movements and closing of an account, as statements want them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    TableValuedAlias,
    Uuid,
    column,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import AccountId
from tongbao.core.ledger.domain.nouns import TransactionKind
from tongbao.core.ledger.domain.spans import Movement, Span
from tongbao.core.ledger.models import AccountRow, PostingRow, TransactionRow
from tongbao.core.ledger.service.reading import entry_of
from tongbao.infra.db import ReadSession

MOVEMENTS_MAX = 5_000
"""Movements that one call reads."""

_SPAN = (
    "account",
    "first_version",
    "last_version",
    "opening",
    "closing",
    "debits",
    "credits",
    "debit_entries",
    "credit_entries",
    "broken",
    "held",
)


async def span(
    tx: ReadSession, account_id: AccountId, *, booked_from: datetime, booked_until: datetime
) -> Span:
    """Return what an account moved in [booked_from, booked_until), all of one snapshot.

    Raises:
        AccountNotFound: there is none with this id, or it has no limit.
    """
    found = func.ledger_span_of(account_id, booked_from, booked_until).table_valued(*_SPAN)
    row = (await tx.execute(select(found))).one()
    if row.account is None:
        raise domain.AccountNotFound(account_id=str(account_id))
    account, *numbers = (int(each) for each in row)
    assert account, "an account has a number"
    return Span(account_id, *numbers)


async def movements(tx: ReadSession, of: Span, *, after: int, limit: int) -> list[Movement]:
    """Return the movements of a span that follow the version `after`, in order of booking.

    Versions have no gaps, so these are exactly the next `limit` (at most `MOVEMENTS_MAX`) ones.
    """
    assert 1 <= limit <= MOVEMENTS_MAX, f"1 to {MOVEMENTS_MAX} movements a call"
    first = max(after, of.first_version)
    last = min(first + limit, of.last_version)
    account = select(AccountRow.id).where(AccountRow.uid == of.account_id).scalar_subquery()
    legs = union_all(
        *(
            select(
                version.label("version"),
                PostingRow.transaction_id,
                PostingRow.ordinal,
                PostingRow.amount,
                literal(direction).label("direction"),
                balance.label("balance_after"),
                other.label("counter_account"),
            ).where(mine == account, version > first, version <= last)
            for direction, mine, version, balance, other in (
                (
                    "debit",
                    PostingRow.debit_account_id,
                    PostingRow.debit_version,
                    PostingRow.debit_balance,
                    PostingRow.credit_account_id,
                ),
                (
                    "credit",
                    PostingRow.credit_account_id,
                    PostingRow.credit_version,
                    PostingRow.credit_balance,
                    PostingRow.debit_account_id,
                ),
            )
        )
    ).subquery()
    counter = aliased(AccountRow)
    rows = await tx.execute(
        select(legs, TransactionRow, counter.uid.label("counter_uid"))
        .join(TransactionRow, TransactionRow.id == legs.c.transaction_id)
        .join(counter, counter.id == legs.c.counter_account)
        .order_by(legs.c.version)
    )
    return [
        Movement(entry_of(row), row.version, TransactionKind(row.TransactionRow.kind))
        for row in rows
    ]


def totals_before(
    account_ids: ColumnElement[Sequence[UUID]], *, moment: datetime
) -> TableValuedAlias:
    """Return a table (uid, debits, credits) of all that accounts had moved before a moment.

    For statements of a caller's own over many accounts at once: `account_ids` is an array of
    ids, of accounts with a limit.
    """
    return func.ledger_totals_before(account_ids, moment).table_valued(
        column("uid", Uuid), column("debits", BigInteger), column("credits", BigInteger)
    )
