"""What happened to files of payments."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event
from tongbao.kernel.money_schema import MoneyField


class FileExecuted(Event):
    """Every good line of a file was paid or rejected."""

    type: ClassVar[str] = "bulk.file_executed"

    file_id: UUID
    party_id: UUID
    settled: int
    rejected: int
    settled_total: MoneyField

    @property
    def subject(self) -> str:
        """Return the file's id."""
        return str(self.file_id)


class FileRejected(Event):
    """Nothing was paid: it was not signed, or a line was refused of all or nothing."""

    type: ClassVar[str] = "bulk.file_rejected"

    file_id: UUID
    party_id: UUID
    reason_code: str

    @property
    def subject(self) -> str:
        """Return the file's id."""
        return str(self.file_id)
