"""Shapes of consents: texts, requests, consents, their history and receipts."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.agreements.domain.consent_texts import (
    CREDIT_ASSESSMENT,
    TAX_VAT_INVOICES,
    TONGBAO,
    ConsentText,
    text_in_use,
)
from tongbao.core.agreements.domain.consents import (
    Consent,
    ConsentRecord,
    ConsentRequest,
    ConsentStatus,
    Receipt,
    Retention,
    Scope,
)
from tongbao.core.agreements.schemas.base import EXAMPLE_DIGEST, Bilingual, Digest, Shape, Word
from tongbao.infra.signing import PublicKey

_CONSENT = "0197c0de-0000-7000-8000-000000000005"
_PARTY = "0197c0de-0000-7000-8000-000000000001"
_USER = "0197c0de-0000-7000-8000-000000000002"
_TEXT = text_in_use(purpose=CREDIT_ASSESSMENT, source=TAX_VAT_INVOICES)


class ScopeOut(Shape):
    """Which data, and how many months back from the last day the source has."""

    data: Annotated[list[str], Field(examples=[["invoice.number", "invoice.amount"]])]
    months_max: Annotated[int, Field(examples=[48])]

    @classmethod
    def of(cls, scope: Scope) -> "ScopeOut":
        """Return the shape of a scope."""
        return cls(data=list(scope.data), months_max=scope.months_max)


class RetentionOut(Shape):
    """How long fetched data is kept: days from the fetch, or from the end of a contract on it."""

    days: Annotated[int, Field(examples=[183])]
    days_after_contract: Annotated[int, Field(examples=[1826])]

    @classmethod
    def of(cls, retention: Retention) -> "RetentionOut":
        """Return the shape of a retention."""
        return cls(days=retention.days, days_after_contract=retention.days_after_contract)


class ConsentTextOut(Shape):
    """The words to be read before consenting, and what they say for programs."""

    model_config = ConfigDict(title="ConsentText")

    purpose: Annotated[str, Field(examples=[CREDIT_ASSESSMENT])]
    source: Annotated[str, Field(examples=[TAX_VAT_INVOICES])]
    recipient: Annotated[str, Field(examples=[TONGBAO])]
    scope: ScopeOut
    retention: RetentionOut
    version: Annotated[str, Field(examples=[_TEXT.version])]
    valid_days: Annotated[int, Field(description="How long a consent to it lasts")]
    title: Bilingual
    body: Bilingual
    digest: Annotated[
        Digest,
        Field(
            description="SHA-256 of purpose, source, version, title.zh, body.zh, title.en, body.en "
            'and {"recipient":…,"retention":{…},"scope":{…},"valid_days":…} in canonical JSON '
            "(RFC 8785), with line feeds between, in Unicode form NFC and UTF-8"
        ),
    ]

    @classmethod
    def of(cls, text: ConsentText) -> "ConsentTextOut":
        """Return the shape of a consent text."""
        return cls(
            purpose=text.purpose,
            source=text.source,
            recipient=text.recipient,
            scope=ScopeOut.of(text.scope),
            retention=RetentionOut.of(text.retention),
            version=text.version,
            valid_days=text.valid_for.days,
            title=Bilingual.of(text.title),
            body=Bilingual.of(text.body),
            digest=text.digest,
        )


class NewConsentRequest(Shape):
    """The first step: for what, and which words were read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_id": _PARTY,
                    "purpose": CREDIT_ASSESSMENT,
                    "source": TAX_VAT_INVOICES,
                    "recipient": TONGBAO,
                    "text_version": _TEXT.version,
                    "text_digest": _TEXT.digest,
                }
            ]
        }
    )

    party_id: UUID
    purpose: Annotated[Word, Field(examples=[CREDIT_ASSESSMENT])]
    source: Annotated[Word, Field(examples=[TAX_VAT_INVOICES])]
    recipient: Annotated[Word, Field(examples=[TONGBAO])] = TONGBAO
    text_version: Annotated[
        str, Field(min_length=1, max_length=32, description="Of the text that was read")
    ]
    text_digest: Annotated[Digest, Field(description="Of the text that was read")]


class ConsentRequestOut(Shape):
    """What would be allowed, in full: to be shown, and confirmed by sending the digest back."""

    model_config = ConfigDict(title="ConsentRequest")

    id: UUID
    party_id: UUID
    statement: Annotated[dict[str, Any], Field(description="Exactly what is confirmed")]
    digest: Annotated[
        Digest, Field(description="SHA-256 of the statement in canonical JSON (RFC 8785)")
    ]
    expires_at: Annotated[datetime, Field(description="To be confirmed before this, once")]

    @classmethod
    def of(cls, request: ConsentRequest) -> "ConsentRequestOut":
        """Return the shape of a request."""
        return cls(
            id=request.id,
            party_id=request.party_id,
            statement=dict(request.statement),
            digest=request.digest,
            expires_at=request.expires_at,
        )


class NewConfirmation(Shape):
    """The second step: yes, to exactly that."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"digest": EXAMPLE_DIGEST, "confirmed": True}]}
    )

    digest: Annotated[Digest, Field(description="Of the request's statement")]
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
                    "recipient": TONGBAO,
                    "scope": {"data": list(_TEXT.scope.data), "months_max": 48},
                    "retention": {"days": 183, "days_after_contract": 1826},
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
    recipient: str
    scope: ScopeOut
    retention: RetentionOut
    text_version: str
    text_digest: str
    status: ConsentStatus
    granted_at: datetime
    granted_by: Annotated[UUID, Field(description="The user who confirmed")]
    expires_at: datetime
    ended_at: datetime | None
    ended_by: Annotated[UUID | None, Field(description="The user who ended it")]

    @classmethod
    def of(cls, consent: Consent, at: datetime) -> "ConsentOut":
        """Return the shape of a consent as it stands at an instant."""
        return cls(
            id=consent.id,
            party_id=consent.party_id,
            purpose=consent.purpose,
            source=consent.source,
            recipient=consent.recipient,
            scope=ScopeOut.of(consent.scope),
            retention=RetentionOut.of(consent.retention),
            text_version=consent.text_version,
            text_digest=consent.text_digest,
            status=consent.status_at(at),
            granted_at=consent.granted_at,
            granted_by=consent.granted_by,
            expires_at=consent.expires_at,
            ended_at=consent.ended_at,
            ended_by=consent.ended_by,
        )


class ConsentRecordOut(Shape):
    """One line of a consent's history; `id` names its receipt."""

    model_config = ConfigDict(title="ConsentRecord")

    id: UUID
    status: ConsentStatus
    text_version: str
    text_digest: str
    recorded_by: Annotated[UUID | None, Field(description="Null: its time was over")]
    recorded_at: datetime

    @classmethod
    def of(cls, record: ConsentRecord) -> "ConsentRecordOut":
        """Return the shape of a record."""
        return cls(
            id=record.id,
            status=record.status,
            text_version=record.text_version,
            text_digest=record.text_digest,
            recorded_by=record.recorded_by,
            recorded_at=record.recorded_at,
        )


class ReceiptOut(Shape):
    """A receipt (ISO/IEC TS 27560) with our signature, which anyone can check without us."""

    model_config = ConfigDict(title="ConsentReceipt")

    receipt: Annotated[dict[str, Any], Field(description="The record, see ISO/IEC TS 27560:2023")]
    signature: Annotated[
        str,
        Field(description="Ed25519 over the receipt in canonical JSON (RFC 8785), in base64"),
    ]
    algorithm: Literal["Ed25519"] = "Ed25519"
    key_id: Annotated[str, Field(description="See /agreements/keys", examples=["9f86d081884c7d65"])]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """Return the shape of a receipt."""
        return cls(
            receipt=json.loads(receipt.document),
            signature=b64encode(receipt.signature).decode(),
            key_id=receipt.key_id,
        )


class ReceiptKeyOut(Shape):
    """A public key that checks receipts."""

    model_config = ConfigDict(title="ReceiptKey")

    key_id: Annotated[str, Field(examples=["9f86d081884c7d65"])]
    algorithm: Literal["Ed25519"] = "Ed25519"
    public_key: Annotated[str, Field(description="32 bytes in base64")]
    pem: str

    @classmethod
    def of(cls, key: PublicKey) -> "ReceiptKeyOut":
        """Return the shape of a key."""
        return cls(key_id=key.id, public_key=b64encode(key.raw).decode(), pem=key.pem)
