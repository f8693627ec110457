"""API shapes of proposals."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.infra.proposals.actions import registered_actions
from tongbao.infra.proposals.service import REASON_LENGTH_MAX, Proposal
from tongbao.kernel.text import Language

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class ProposalOut(Shape):
    """What waits for a second person, or what became of it."""

    model_config = ConfigDict(title="Proposal")

    id: UUID
    action: Annotated[str, Field(examples=["payments.transfer"])]
    title: Annotated[str, Field(description="The action in words", examples=["付款"])]
    payload: Annotated[dict[str, Any], Field(description="What is to be done, in full")]
    digest: Annotated[str, Field(description="SHA-256 of the payload; echoed by the approver")]
    party_id: Annotated[UUID | None, Field(description="Whose business it is; null: the bank's")]
    maker_id: UUID
    maker_name: str
    approve_permission: Annotated[str, Field(description="What an approver needs")]
    reason: str
    state: Literal["pending", "executed", "refused", "withdrawn", "expired"]
    made_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    note: Annotated[str | None, Field(description="What the decider said")]
    location: Annotated[str | None, Field(description="Where the outcome is seen")]

    @classmethod
    def of(cls, proposal: Proposal, language: Language) -> "ProposalOut":
        """Return the shape of a proposal."""
        action = registered_actions().get(proposal.action)
        return cls(
            id=proposal.id,
            action=proposal.action,
            title=proposal.action if action is None else action.title.say(language),
            payload=proposal.payload,
            digest=proposal.digest,
            party_id=proposal.party_id,
            maker_id=proposal.maker_id,
            maker_name=proposal.maker_name,
            approve_permission=proposal.approve_permission,
            reason=proposal.reason,
            state=proposal.state.value,
            made_at=proposal.made_at,
            expires_at=proposal.expires_at,
            decided_at=proposal.decided_at,
            decided_by=proposal.decided_by,
            note=proposal.note,
            location=proposal.location,
        )


class ApprovalIn(Shape):
    """The approver's word on exactly what they saw."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": _DIGEST}]})

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="`digest` as shown")]
    note: Annotated[str, Field(max_length=REASON_LENGTH_MAX)] = ""


class RefusalIn(Shape):
    """Why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "金额与发票不符"}]})

    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX)]


class SignaturesWanted(Shape):
    """The firm's policy asks for signatures; the instruction is read, signed and followed there."""

    model_config = ConfigDict(title="SignaturesWanted")

    approval_id: Annotated[UUID, Field(description="At `/approvals/{approval_id}`")]
    state: Literal["open"]
    lacking: Annotated[list[int], Field(description="How many signatures each stage lacks")]
    digest: Annotated[str, Field(description="SHA-256 of what is signed")]
    expires_at: datetime
