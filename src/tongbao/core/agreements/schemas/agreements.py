"""Shapes of signed agreements."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.agreements.domain.agreements import Agreement, Evidence
from tongbao.core.agreements.schemas.base import Digest, Shape
from tongbao.infra.pdf import SealFinding


class AgreementSummary(Shape):
    """A signed agreement without its words."""

    id: UUID
    party_id: UUID
    template: Annotated[str, Field(examples=["loan_agreement"])]
    template_version: str
    language: Literal["zh", "en"]
    text_digest: Digest
    signed_by: UUID
    signed_at: datetime

    @classmethod
    def of(cls, agreement: Agreement) -> "AgreementSummary":
        """Return the shape of an agreement."""
        return cls(
            id=agreement.id,
            party_id=agreement.party_id,
            template=agreement.template,
            template_version=agreement.template_version,
            language=agreement.language,
            text_digest=agreement.text_digest,
            signed_by=agreement.signed_by,
            signed_at=agreement.signed_at,
        )


class SigningEvidenceOut(Shape):
    """How the party signed."""

    user_id: UUID
    session_id: UUID | None
    factors: Annotated[list[str], Field(examples=[["password", "totp"]])]
    step_up_id: UUID | None
    text_digest: Digest
    signed_at: datetime

    @classmethod
    def of(cls, evidence: Evidence) -> "SigningEvidenceOut":
        """Return the shape of evidence."""
        return cls(
            user_id=evidence.user_id,
            session_id=evidence.session_id,
            factors=list(evidence.factors),
            step_up_id=evidence.step_up_id,
            text_digest=evidence.text_digest,
            signed_at=evidence.signed_at,
        )


class CertificatesOut(Shape):
    """The certificates that documents under our seal are proven by, the present one first."""

    pem: list[str]


class VerificationOut(Shape):
    """What a PDF is, as far as its seal tells."""

    finding: Annotated[
        SealFinding,
        Field(description="genuine: byte for byte what was sealed, under one of our certificates"),
    ]
    agreement_id: Annotated[
        UUID | None, Field(description="Whose document it is, if that is yours to see")
    ]
    sealed_at: Annotated[datetime | None, Field(description="Proven only if genuine")]
    sealed_by: Annotated[str | None, Field(description="Proven only if genuine")]


class AgreementOut(AgreementSummary):
    """A signed agreement with the exact words that were signed."""

    model_config = ConfigDict(title="Agreement")

    parameters: dict[str, str]
    text: str
    evidence: Annotated[
        SigningEvidenceOut | None, Field(description="Null: older than evidence is")
    ]
    sealed_at: Annotated[
        datetime | None,
        Field(description="Null: its document is being made; ask again in a moment"),
    ]

    @classmethod
    def with_evidence(
        cls, agreement: Agreement, evidence: Evidence | None, sealed_at: datetime | None
    ) -> "AgreementOut":
        """Return the shape of an agreement, of how it was signed and when sealed."""
        return cls(
            **AgreementSummary.of(agreement).model_dump(),
            parameters=dict(agreement.parameters),
            text=agreement.text,
            evidence=None if evidence is None else SigningEvidenceOut.of(evidence),
            sealed_at=sealed_at,
        )
