"""The answer to a payment that waits for signatures."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.approvals.service import Approval
from tongbao.core.payments.schemas.base import Shape


class SignaturesWanted(Shape):
    """The firm's policy asks for signatures; the instruction is read, signed and followed there."""

    model_config = ConfigDict(title="SignaturesWanted")

    approval_id: Annotated[UUID, Field(description="At `/approvals/{approval_id}`")]
    state: Literal["open"]
    lacking: Annotated[list[int], Field(description="How many signatures each stage lacks")]
    digest: Annotated[str, Field(description="SHA-256 of what is signed")]
    expires_at: datetime

    @classmethod
    def of(cls, approval: Approval) -> "SignaturesWanted":
        """Return the shape of an instruction that was just opened."""
        return cls(
            approval_id=approval.id,
            state="open",
            lacking=approval.lacking,
            digest=approval.digest,
            expires_at=approval.expires_at,
        )
