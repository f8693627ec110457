"""API shapes of instructions and their signatures."""

from base64 import b64decode
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.approvals.domain.approvals import Approval, ByKey, ByPasskey
from tongbao.core.approvals.domain.policy import Rule
from tongbao.core.approvals.schemas.base import EXAMPLE_ID, Shape, SignatureText
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language

StateName = Literal["open", "executed", "refused", "withdrawn", "expired"]


class GivenOut(Shape):
    """One signature."""

    model_config = ConfigDict(title="ApprovalSignature")

    user_id: UUID
    name: str
    role: str
    stage: int
    kind: Literal["ed25519", "passkey"]
    key_id: Annotated[str, Field(description="SHA-256 of the key as SubjectPublicKeyInfo")]
    signed_at: datetime
    voided_at: Annotated[
        datetime | None, Field(description="Counts no more: they may not sign any longer")
    ]


class ApprovalOut(Shape):
    """An instruction that waits for signatures, or what became of it."""

    model_config = ConfigDict(title="Approval")

    id: UUID
    instruction: Annotated[str, Field(examples=["payments.transfer"])]
    title: Annotated[str, Field(description="The instruction in words", examples=["付款"])]
    document: Annotated[
        str, Field(description="What is signed: these very characters, in UTF-8 (RFC 8785)")
    ]
    digest: Annotated[str, Field(description="SHA-256 of the document; a passkey's challenge")]
    content: Annotated[dict[str, Any], Field(description="What is to be done, in full")]
    party_id: UUID
    policy_version: int
    amount: MoneyField | None
    rule: Annotated[Rule, Field(description="What it takes, by the policy of that version")]
    lacking: Annotated[list[int], Field(description="How many signatures each stage still lacks")]
    waits_for_me: Annotated[bool, Field(description="Whether the caller can sign it now")]
    signatures: list[GivenOut]
    maker_id: UUID
    maker_name: str
    state: StateName
    made_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    note: Annotated[str | None, Field(description="What whoever refused it said")]
    location: Annotated[str | None, Field(description="Where the outcome is seen")]

    @classmethod
    def of(
        cls, approval: Approval, language: Language, *, waiting: Collection[UUID] = ()
    ) -> "ApprovalOut":
        """Return the shape of an instruction; `waiting`: those that the caller can sign."""
        return cls(
            id=approval.id,
            instruction=approval.instruction,
            title=approval.title.say(language),
            document=approval.document,
            digest=approval.digest,
            content=approval.content,
            party_id=approval.party_id,
            policy_version=approval.policy_version,
            amount=approval.amount,
            rule=approval.rule,
            lacking=approval.lacking,
            waits_for_me=approval.id in waiting,
            signatures=[
                GivenOut.model_validate(each, from_attributes=True) for each in approval.signatures
            ],
            maker_id=approval.maker_id,
            maker_name=approval.maker_name,
            state=approval.state,
            made_at=approval.made_at,
            expires_at=approval.expires_at,
            decided_at=approval.decided_at,
            decided_by=approval.decided_by,
            note=approval.note,
            location=approval.location,
        )


class PasskeyOptionsOut(Shape):
    """What a passkey is asked for."""

    model_config = ConfigDict(title="ApprovalPasskeyOptions")

    options: Annotated[
        dict[str, Any], Field(description="`publicKey` of `navigator.credentials.get`")
    ]


class SignatureIn(Shape):
    """A signature by a registered key, or by a passkey: one of the two."""

    model_config = ConfigDict(
        title="NewApprovalSignature",
        json_schema_extra={
            "examples": [{"kind": "ed25519", "key_id": EXAMPLE_ID, "signature": "A" * 86 + "=="}]
        },
    )

    kind: Literal["ed25519"]
    key_id: Annotated[UUID, Field(description="One of `GET /approvals/keys`")]
    signature: Annotated[SignatureText, Field(description="Over the document, 64 bytes in base64")]

    def to_signature(self) -> ByKey:
        """Return the signature."""
        return ByKey(key_id=self.key_id, signature=b64decode(self.signature))


class PasskeySignatureIn(Shape):
    """What a passkey answered."""

    model_config = ConfigDict(
        title="NewApprovalPasskeySignature",
        json_schema_extra={
            "examples": [
                {
                    "kind": "passkey",
                    "credential": {"id": "…", "rawId": "…", "type": "public-key", "response": {}},
                }
            ]
        },
    )

    kind: Literal["passkey"]
    credential: Annotated[
        dict[str, Any], Field(description="What `navigator.credentials.get` gave, by `toJSON()`")
    ]

    def to_signature(self) -> ByPasskey:
        """Return the signature."""
        return ByPasskey(credential=self.credential)


AnySignatureIn = Annotated[SignatureIn | PasskeySignatureIn, Field(discriminator="kind")]


class InstructionRefusalIn(Shape):
    """Why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "金额与发票不符"}]})

    reason: Annotated[str, Field(min_length=1, max_length=500)]
