"""API shapes of statements and certificates."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.statements.domain.documents import Confirmation, Document, DocumentKind
from tongbao.core.statements.domain.masking import masked_number
from tongbao.core.statements.domain.statements import Month, Statement
from tongbao.infra import pdf
from tongbao.kernel.codes import printed
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language

_ACCOUNT = "0197c0de-0000-7000-8000-000000000003"
_DOCUMENT = "0197c0de-0000-7000-8000-000000000031"
_CODE = "7G3K-9QX2-M4TB-0WZ8-HD5V"
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

Same = Literal["same", "different"]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class StatementOut(Shape):
    """The figures of a statement: opening + credits - debits = closing, always."""

    model_config = ConfigDict(title="Statement")

    account_id: UUID
    first: Annotated[date, Field(description="First day, by booking")]
    last: Annotated[date, Field(description="Last day, included")]
    over: Annotated[bool, Field(description="Whether nothing more can be booked in the period")]
    opening: MoneyField
    credits: MoneyField
    debits: MoneyField
    closing: MoneyField
    available: Annotated[
        MoneyField, Field(description="Of the closing balance, what no pending payment held")
    ]
    credit_entries: int
    debit_entries: int
    camt053_pages: Annotated[int, Field(description="How many messages its camt.053 is")]

    @classmethod
    def of(cls, made: Statement, *, pages: int) -> "StatementOut":
        """Return the shape of a statement's frame."""
        return cls(
            account_id=made.account.id,
            first=made.period.first,
            last=made.period.last,
            over=made.period.over(made.made_at),
            opening=made.opening,
            credits=made.credits,
            debits=made.debits,
            closing=made.closing,
            available=made.available,
            credit_entries=made.span.credit_entries,
            debit_entries=made.span.debit_entries,
            camt053_pages=pages,
        )


class MonthOut(Shape):
    """One month of an account as it was closed."""

    model_config = ConfigDict(title="StatementMonth")

    month: Annotated[date, Field(description="Its first day", examples=["2026-10-01"])]
    opening: MoneyField
    credits: MoneyField
    debits: MoneyField
    closing: MoneyField

    @classmethod
    def of(cls, month: Month) -> "MonthOut":
        """Return the shape of a month."""
        return cls(
            month=month.month,
            opening=month.opening,
            credits=month.credits,
            debits=month.debits,
            closing=month.closing,
        )


def _example(**facts: str) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{**facts, "language": "zh"}]})


class _Order(Shape):
    account_id: UUID
    language: Language = "zh"


class StatementOrder(_Order):
    """A statement as PDF."""

    model_config = _example(
        kind="statement", account_id=_ACCOUNT, first="2025-10-01", last="2025-10-31"
    )

    kind: Literal["statement"]
    first: IsoDate
    last: Annotated[IsoDate, Field(description="Included; today at the latest")]


class BalanceCertificateOrder(_Order):
    """A certificate of the balance at the end of a day (存款证明)."""

    model_config = _example(kind="balance_certificate", account_id=_ACCOUNT, on="2025-10-31")

    kind: Literal["balance_certificate"]
    on: Annotated[IsoDate, Field(description="Today: as of this moment")]


class OpeningCertificateOrder(_Order):
    """A certificate that the account was opened and is held (开户证明)."""

    model_config = _example(kind="opening_certificate", account_id=_ACCOUNT)

    kind: Literal["opening_certificate"]


DocumentOrder = Annotated[
    StatementOrder | BalanceCertificateOrder | OpeningCertificateOrder,
    Field(discriminator="kind"),
]


class StatementDocumentOut(Shape):
    """A document that was ordered; its file is there once `issued_at` is."""

    model_config = ConfigDict(title="StatementDocument")

    id: Annotated[UUID, Field(examples=[_DOCUMENT])]
    kind: DocumentKind
    account_id: UUID
    party_id: UUID
    first: date | None
    last: date | None
    language: Language
    opening: MoneyField | None
    credits: MoneyField | None
    debits: MoneyField | None
    closing: MoneyField | None
    code: Annotated[str, Field(description="Confirms the document to others", examples=[_CODE])]
    ordered_by: UUID
    ordered_at: datetime
    issued_at: datetime | None
    sha256: Annotated[str | None, Field(description="Of the file", examples=[_DIGEST])]
    pages: int | None

    @classmethod
    def of(cls, document: Document) -> "StatementDocumentOut":
        """Return the shape of a document."""
        return cls(
            id=document.id,
            kind=document.kind,
            account_id=document.account_id,
            party_id=document.party_id,
            first=document.period_first,
            last=document.period_last,
            language=document.language,
            opening=document.opening,
            credits=document.credits,
            debits=document.debits,
            closing=document.closing,
            code=printed(document.code),
            ordered_by=document.ordered_by,
            ordered_at=document.ordered_at,
            issued_at=document.issued_at,
            sha256=document.sha256,
            pages=document.pages,
        )


class CodeIn(Shape):
    """A code from a document; with it, if wanted, the amount it names and the digest of a file."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": _CODE, "closing": "1234.50", "sha256": _DIGEST}]}
    )

    code: Annotated[
        str,
        Field(min_length=1, max_length=40, description="20 signs; hyphens and case do not matter"),
    ]
    closing: Annotated[
        str | None,
        Field(max_length=24, description="The closing balance the document names, to compare"),
    ] = None
    sha256: Annotated[
        str | None,
        Field(pattern=r"^[0-9a-f]{64}$", description="Of the file in hand, to compare"),
    ] = None


class ConfirmationOut(Shape):
    """What we issued, with name and number masked."""

    model_config = ConfigDict(title="StatementConfirmation")

    kind: DocumentKind
    holder: Annotated[str, Field(examples=["王*明"])]
    number: Annotated[str, Field(examples=[masked_number("9900010000000000018")])]
    first: date | None
    last: date | None
    issued_at: datetime
    closing_digest: Annotated[
        str | None,
        Field(
            description="SHA-256 of `CODE|account number|last day|CNY 1234.50`, which whoever holds"
            " the document recomputes; its beginning is printed there",
            examples=[_DIGEST],
        ),
    ]
    closing: Annotated[Same | None, Field(description="Null unless an amount was sent")] = None
    file: Annotated[Same | None, Field(description="Null unless a digest was sent")] = None

    @classmethod
    def of(
        cls, found: Confirmation, *, closing: Same | None = None, file: Same | None = None
    ) -> "ConfirmationOut":
        """Return the shape of what is confirmed."""
        document = found.document
        assert document.issued_at is not None, "only what was issued is confirmed"
        return cls(
            kind=document.kind,
            holder=found.holder,
            number=found.number,
            first=document.period_first,
            last=document.period_last,
            issued_at=document.issued_at,
            closing_digest=found.closing_digest,
            closing=closing,
            file=file,
        )


class FileConfirmationOut(Shape):
    """What a PDF is; `confirmed` only for one that is byte for byte what we issued."""

    model_config = ConfigDict(title="StatementFileConfirmation")

    finding: pdf.SealFinding
    sealed_at: datetime | None
    confirmed: ConfirmationOut | None
