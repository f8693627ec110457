"""What happened to statements and certificates."""

from typing import ClassVar
from uuid import UUID

from tongbao.kernel.events import Event


class DocumentIssued(Event):
    """A statement or certificate is ready under our seal."""

    type: ClassVar[str] = "statements.document_issued"

    document_id: UUID
    kind: str
    account_id: UUID
    party_id: UUID
    language: str

    @property
    def subject(self) -> str:
        """Return the document's id."""
        return str(self.document_id)
