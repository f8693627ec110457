"""API shapes of consents and agreements."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.agreements.domain import Agreement, Consent, ConsentRecord, ConsentStatus
from tongbao.core.agreements.domain.consent_texts import (
    CREDIT_ASSESSMENT,
    TAX_VAT_INVOICES,
    ConsentText,
    text_in_use,
)
from tongbao.kernel.text import Text

_CONSENT = "0197c0de-0000-7000-8000-000000000005"
_PARTY = "0197c0de-0000-7000-8000-000000000001"
_USER = "0197c0de-0000-7000-8000-000000000002"
_TEXT = text_in_use(purpose=CREDIT_ASSESSMENT, source=TAX_VAT_INVOICES)

Digest = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        min_length=64,
        max_length=64,
        description="SHA-256, hexadecimal",
        examples=[_TEXT.digest],
    ),
]
Word = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_.]*$")]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class Bilingual(Shape):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    @classmethod
    def of(cls, text: Text) -> "Bilingual":
        """Return the shape of a text."""
        return cls(zh=text.zh, en=text.en)


class ConsentTextOut(Shape):
    """The words to be read before consenting."""

    model_config = ConfigDict(title="ConsentText")

    purpose: Annotated[str, Field(examples=[CREDIT_ASSESSMENT])]
    source: Annotated[str, Field(examples=[TAX_VAT_INVOICES])]
    version: Annotated[str, Field(examples=[_TEXT.version])]
    valid_days: Annotated[int, Field(description="How long a consent to it lasts")]
    title: Bilingual
    body: Bilingual
    digest: Annotated[
        Digest,
        Field(
            description="SHA-256 of purpose, source, version, title.zh, body.zh, title.en and "
            "body.en with line feeds between, in Unicode form NFC and UTF-8"
        ),
    ]

    @classmethod
    def of(cls, text: ConsentText) -> "ConsentTextOut":
        """Return the shape of a consent text."""
        return cls(
            purpose=text.purpose,
            source=text.source,
            version=text.version,
            valid_days=text.valid_for.days,
            title=Bilingual.of(text.title),
            body=Bilingual.of(text.body),
            digest=text.digest,
        )


class NewConsent(Shape):
    """A consent as confirmed on the screen: which words, and a second yes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_id": _PARTY,
                    "purpose": CREDIT_ASSESSMENT,
                    "source": TAX_VAT_INVOICES,
                    "text_version": _TEXT.version,
                    "text_digest": _TEXT.digest,
                    "confirmed": True,
                }
            ]
        }
    )

    party_id: UUID
    purpose: Annotated[Word, Field(examples=[CREDIT_ASSESSMENT])]
    source: Annotated[Word, Field(examples=[TAX_VAT_INVOICES])]
    text_version: Annotated[
        str, Field(min_length=1, max_length=32, description="Of the text that was read")
    ]
    text_digest: Annotated[Digest, Field(description="Of the text that was read")]
    confirmed: Annotated[
        bool, Field(strict=True, description="The second confirmation, after reading")
    ]


class ConsentOut(Shape):
    """A consent, in force or ended."""

    model_config = ConfigDict(
        title="Consent",
        json_schema_extra={
            "examples": [
                {
                    "id": _CONSENT,
                    "party_id": _PARTY,
                    "purpose": CREDIT_ASSESSMENT,
                    "source": TAX_VAT_INVOICES,
                    "text_version": _TEXT.version,
                    "text_digest": _TEXT.digest,
                    "status": "granted",
                    "granted_at": "2025-11-21T08:00:00Z",
                    "granted_by": _USER,
                    "expires_at": "2026-11-21T08:00:00Z",
                    "ended_at": None,
                    "ended_by": None,
                }
            ]
        },
    )

    id: UUID
    party_id: UUID
    purpose: str
    source: str
    text_version: str
    text_digest: str
    status: ConsentStatus
    granted_at: datetime
    granted_by: Annotated[UUID, Field(description="The user who confirmed")]
    expires_at: datetime
    ended_at: datetime | None
    ended_by: Annotated[UUID | None, Field(description="The user who ended it")]

    @classmethod
    def of(cls, consent: Consent) -> "ConsentOut":
        """Return the shape of a consent."""
        return cls(
            id=consent.id,
            party_id=consent.party_id,
            purpose=consent.purpose,
            source=consent.source,
            text_version=consent.text_version,
            text_digest=consent.text_digest,
            status=consent.status,
            granted_at=consent.granted_at,
            granted_by=consent.granted_by,
            expires_at=consent.expires_at,
            ended_at=consent.ended_at,
            ended_by=consent.ended_by,
        )


class ConsentRecordOut(Shape):
    """One line of a consent's history."""

    model_config = ConfigDict(title="ConsentRecord")

    status: ConsentStatus
    text_version: str
    text_digest: str
    recorded_by: UUID
    recorded_at: datetime

    @classmethod
    def of(cls, record: ConsentRecord) -> "ConsentRecordOut":
        """Return the shape of a record."""
        return cls(
            status=record.status,
            text_version=record.text_version,
            text_digest=record.text_digest,
            recorded_by=record.recorded_by,
            recorded_at=record.recorded_at,
        )


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
