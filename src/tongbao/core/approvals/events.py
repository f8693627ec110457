"""What happened to policies, keys and instructions: ids, for whoever may see them."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from tongbao.kernel.events import Event


class _OfAnInstruction(BaseModel):
    """Something about one instruction."""

    approval_id: UUID
    party_id: UUID
    instruction: str

    @property
    def subject(self) -> str:
        """Return the instruction's id."""
        return str(self.approval_id)


class InstructionOpened(_OfAnInstruction, Event):
    """An instruction waits for signatures."""

    type: ClassVar[str] = "approvals.instruction_opened"

    maker_id: UUID


class InstructionSigned(_OfAnInstruction, Event):
    """Somebody signed; `lacking` signatures are still asked for."""

    type: ClassVar[str] = "approvals.instruction_signed"

    signer_id: UUID
    lacking: int


class InstructionDecided(_OfAnInstruction, Event):
    """It was executed, refused, withdrawn or has expired (nobody decided then)."""

    type: ClassVar[str] = "approvals.instruction_decided"

    maker_id: UUID
    state: Literal["executed", "refused", "withdrawn", "expired"]
    decided_by: UUID | None


class PolicyChanged(Event):
    """An organisation's policy has another version; `ended`: it has none from now on."""

    type: ClassVar[str] = "approvals.policy_changed"

    party_id: UUID
    policy_version: int
    ended: bool
    changed_by: UUID

    @property
    def subject(self) -> str:
        """Return the party's id."""
        return str(self.party_id)


class _OfAKey(BaseModel):
    """Something about one signing key."""

    key_id: UUID
    user_id: UUID

    @property
    def subject(self) -> str:
        """Return the user's id."""
        return str(self.user_id)


class KeyAdded(_OfAKey, Event):
    """A user registered a signing key."""

    type: ClassVar[str] = "approvals.key_added"


class KeyRevoked(_OfAKey, Event):
    """A user's signing key is accepted no more."""

    type: ClassVar[str] = "approvals.key_revoked"
