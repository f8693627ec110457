"""Shapes of signed agreements."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.agreements.domain.agreements import Agreement
from tongbao.core.agreements.schemas.base import Digest, Shape


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


class AgreementOut(AgreementSummary):
    """A signed agreement with the exact words that were signed."""

    model_config = ConfigDict(title="Agreement")

    parameters: dict[str, str]
    text: str

    @classmethod
    def of(cls, agreement: Agreement) -> "AgreementOut":
        """Return the shape of an agreement."""
        summary = AgreementSummary.of(agreement).model_dump()
        return cls(**summary, parameters=dict(agreement.parameters), text=agreement.text)
