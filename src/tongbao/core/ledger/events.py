"""Facts of the ledger."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class TransactionsPosted(Event):
    """A batch was booked: the ids of its transactions, in booking order."""

    type: ClassVar[str] = "ledger.transactions_posted"

    transaction_ids: tuple[UUID, ...]
    first_sequence: int

    @property
    def subject(self) -> str:
        """Return the first transaction's id; a batch is one fact."""
        return str(self.transaction_ids[0])
