"""All accounts, a piece at a time, for work that is done in the database itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from tongbao.core.accounts.domain import DepositAccountStatus
from tongbao.core.accounts.models import AccountRow
from tongbao.infra.db import ReadSession


@dataclass(frozen=True, slots=True)
class Piece:
    """The accounts with ids in (`after`, `last`]; ids grow as accounts are opened."""

    after: UUID | None
    last: UUID


async def next_piece(tx: ReadSession, *, after: UUID | None, size: int) -> Piece | None:
    """Return the next piece of at most `size` accounts; None when there are no more."""
    ids = select(AccountRow.id).order_by(AccountRow.id).limit(size)
    if after is not None:
        ids = ids.where(AccountRow.id > after)
    some = ids.subquery()
    last = await tx.scalar(select(some.c.id).order_by(some.c.id.desc()).limit(1))
    return None if last is None else Piece(after, last)


def opened_before(moment: datetime, piece: Piece) -> Select[UUID, UUID, datetime, bool]:
    """Return a query of the accounts of a piece that were opened before a moment.

    Columns: `account_id`, `ledger_account_id`, `opened_at`, `closed` (whether it is by now).
    """
    row = AccountRow
    query = select(
        row.id.label("account_id"),
        row.ledger_account_id,
        row.opened_at,
        (row.status == DepositAccountStatus.CLOSED.value).label("closed"),
    ).where(row.id <= piece.last, row.opened_at < moment)
    return query if piece.after is None else query.where(row.id > piece.after)
