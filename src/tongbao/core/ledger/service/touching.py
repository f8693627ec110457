"""Which accounts some transactions were about."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, union

from tongbao.core.ledger.domain import AccountId
from tongbao.core.ledger.models import AccountRow, HoldRow, PostingRow, TransactionRow
from tongbao.infra.db import ReadSession


async def touched(tx: ReadSession, transaction_ids: Collection[UUID]) -> frozenset[AccountId]:
    """Return the accounts that transactions moved money on, held it on or let it go again.

    One that resolves a pending transaction and moves nothing touches the accounts of that one.
    """
    booked = (
        select(TransactionRow.id, TransactionRow.pending_id)
        .where(TransactionRow.uid.in_(list(transaction_ids)))
        .cte("booked")
    )
    moved = select(PostingRow.debit_account_id, PostingRow.credit_account_id).where(
        PostingRow.transaction_id.in_(select(booked.c.id))
    )
    held = select(HoldRow.debit_account_id, HoldRow.credit_account_id).where(
        HoldRow.transaction_id.in_(
            union(
                select(booked.c.id),
                select(booked.c.pending_id).where(booked.c.pending_id.is_not(None)),
            )
        )
    )
    sides = union(moved, held).cte("sides")
    ids = union(select(sides.c.debit_account_id), select(sides.c.credit_account_id))
    found = await tx.scalars(select(AccountRow.uid).where(AccountRow.id.in_(ids)))
    return frozenset(map(AccountId, found))
