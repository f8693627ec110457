"""What reconciliation books: differences into suspense, fees, what reached the bank, adjustments.

After a run the channel's account in transit holds what the channel owes us by its own statements
and the bank has not credited yet, nothing else: every difference is in suspense, case by case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation.domain.chunks import chunks
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

BATCH: Final = 5_000
PARK: Final = "reconciliation.park"
FEES: Final = "reconciliation.fees"
SETTLE: Final = "reconciliation.settle"
ADJUST: Final = "reconciliation.adjust"


@dataclass(frozen=True, slots=True)
class Move:
    """`minor` from the credit to the debit account; below zero the other way."""

    type: str
    debit: ledger.AccountId
    credit: ledger.AccountId
    minor: int
    currency: str
    reference: str
    channel: str
    effective_on: date | None = None


async def book(tx: WriteSession, moves: Sequence[Move], *, at: datetime) -> None:
    """Book moves, each as a transaction of its own; those of nothing are left out."""
    transactions = [_transaction(move) for move in moves if move.minor]
    for some in chunks(transactions, BATCH):
        for result in await ledger.post(tx, some, at=at, atomic=True):
            result.raise_for_refusal()


def _transaction(move: Move) -> ledger.NewTransaction:
    debit, credit = (move.debit, move.credit) if move.minor > 0 else (move.credit, move.debit)
    amount = Money(abs(move.minor), move.currency)
    return ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=move.type,
        postings=(ledger.NewPosting(debit=debit, credit=credit, amount=amount),),
        effective_on=move.effective_on,
        reference=move.reference,
        metadata={"channel": move.channel, "reference": move.reference},
    )
