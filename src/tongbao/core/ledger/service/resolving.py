"""Building what resolves a pending transaction or reverses a posted one, and expiring."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import (
    Amount,
    NewPosting,
    NewTransaction,
    Transaction,
    TransactionId,
    TransactionKind,
)
from tongbao.core.ledger.models import OpenPendingRow, TransactionRow
from tongbao.core.ledger.service.booking import post
from tongbao.core.ledger.service.reading import transaction
from tongbao.infra.db import ReadSession, WriteSession

EXPIRED_MAX = 500
CAPTURE_TYPE = "ledger.capture"
VOID_TYPE = "ledger.void"
EXPIRY_TYPE = "ledger.expiry"
REVERSAL_TYPE = "ledger.reversal"

_EXPIRIES = UUID("7c0b8f1e-55d0-5f3a-9b0e-6f0f4f1d2a11")
"""Namespace of the ids of expiries: each is made from the id of what expired."""

Amounts = Mapping[int, Amount]
"""Amounts by the ordinal of the posting they belong to."""


async def capture(
    tx: ReadSession,
    *,
    transaction_id: TransactionId,
    pending_id: TransactionId,
    amounts: Amounts | None = None,
    type_: str = CAPTURE_TYPE,
    reference: str | None = None,
) -> NewTransaction:
    """Return the transaction that moves what a pending one holds, all or `amounts` by ordinal.

    Postings that `amounts` leaves out move nothing; all that is not moved is released.

    Raises:
        UnknownTarget: there is no such transaction.
        CaptureExceedsHold: `amounts` names a posting that is not there, or none.
    """
    pending = await _target(tx, pending_id)
    postings = _chosen(pending, amounts, swapped=False)
    if postings is None:
        raise domain.CaptureExceedsHold(target=str(pending_id))
    return NewTransaction(
        id=transaction_id,
        kind=TransactionKind.CAPTURE,
        target=pending_id,
        type=type_,
        postings=postings,
        reference=reference,
        correlation_id=pending.correlation_id,
    )


def void(
    *,
    transaction_id: TransactionId,
    pending_id: TransactionId,
    type_: str = VOID_TYPE,
    reference: str | None = None,
) -> NewTransaction:
    """Return the transaction that releases all that a pending one holds."""
    return NewTransaction(
        id=transaction_id,
        kind=TransactionKind.VOID,
        target=pending_id,
        type=type_,
        postings=(),
        reference=reference,
    )


async def reversal(
    tx: ReadSession,
    *,
    transaction_id: TransactionId,
    reverses_id: TransactionId,
    amounts: Amounts | None = None,
    type_: str = REVERSAL_TYPE,
    reference: str | None = None,
) -> NewTransaction:
    """Return the transaction that moves back what another moved, all or `amounts` by ordinal.

    Raises:
        UnknownTarget: there is no such transaction.
        ReversalExceedsOriginal: `amounts` names a posting that is not there, or none.
    """
    original = await _target(tx, reverses_id)
    postings = _chosen(original, amounts, swapped=True)
    if postings is None:
        raise domain.ReversalExceedsOriginal(target=str(reverses_id))
    return NewTransaction(
        id=transaction_id,
        kind=TransactionKind.REVERSAL,
        target=reverses_id,
        type=type_,
        postings=postings,
        reference=reference,
        correlation_id=original.correlation_id,
    )


async def expire(tx: WriteSession, *, at: datetime) -> int:
    """Release what pending transactions hold whose time is over; return how many (bounded)."""
    due = await tx.scalars(
        select(TransactionRow.uid)
        .join(OpenPendingRow, OpenPendingRow.transaction_id == TransactionRow.id)
        .where(OpenPendingRow.expires_at <= func.ledger_now())
        .order_by(OpenPendingRow.expires_at)
        .limit(EXPIRED_MAX)
    )
    expiries = [
        NewTransaction(
            id=TransactionId(uuid5(_EXPIRIES, pending.hex)),
            kind=TransactionKind.EXPIRY,
            target=TransactionId(pending),
            type=EXPIRY_TYPE,
            postings=(),
        )
        for pending in due
    ]
    if not expiries:
        return 0
    return sum(result.status == "posted" for result in await post(tx, expiries, at=at))


async def _target(tx: ReadSession, transaction_id: TransactionId) -> Transaction:
    try:
        return await transaction(tx, transaction_id)
    except domain.TransactionNotFound as error:
        raise domain.UnknownTarget(target=str(transaction_id)) from error


def _chosen(
    original: Transaction, amounts: Amounts | None, *, swapped: bool
) -> tuple[NewPosting, ...] | None:
    """Return the postings with the amounts chosen; None if the choice does not fit."""
    known = {posting.ordinal: posting for posting in original.postings}
    if amounts is None:
        amounts = {n: posting.asset.amount(posting.amount) for n, posting in known.items()}
    if not amounts or not amounts.keys() <= known.keys():
        return None
    return tuple(
        NewPosting(
            debit=known[n].credit if swapped else known[n].debit,
            credit=known[n].debit if swapped else known[n].credit,
            amount=amount,
            ordinal=n,
        )
        for n, amount in sorted(amounts.items())
    )
