"""Transactions, batches and what became of them."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator, model_validator
from pydantic.config import JsonDict

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import (
    Transaction,
    TransactionKind,
)
from tongbao.core.ledger.schemas.base import AmountShape, Label, Metadata, Shape
from tongbao.kernel.date_schema import IsoDate, IsoMoment
from tongbao.kernel.money import format_minor
from tongbao.kernel.text import Language


class PostingIn(Shape):
    """An amount to be moved from the debit account to the credit account."""

    debit: UUID
    credit: UUID
    amount: AmountShape


_TRANSACTION: JsonDict = {
    "id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10",
    "type": "transfer",
    "reference": "INV-2026-0042",
    "metadata": {"channel": "branch"},
    "postings": [
        {
            "debit": "0198c9a4-7a52-7000-8000-000000000001",
            "credit": "0198c9a4-7a52-7000-8000-000000000002",
            "amount": {"amount": "12.50", "asset": "CNY/2"},
        }
    ],
}


class TransactionIn(Shape):
    """A transaction to be booked. Its id is the client's, and makes repeating it harmless."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TRANSACTION]})

    id: UUID
    kind: Annotated[
        Literal["posted", "pending"],
        Field(description="`pending` holds the amounts until it is captured, voided or expires"),
    ] = "posted"
    expires_at: Annotated[
        IsoMoment | None, Field(description="When a pending transaction ends by itself")
    ] = None
    type: Label
    postings: Annotated[list[PostingIn], Field(min_length=1, max_length=domain.POSTINGS_MAX)]
    effective_on: IsoDate | None = None
    reference: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    metadata: Metadata = {}  # noqa: RUF012 - pydantic copies it
    correlation_id: UUID | None = None

    @model_validator(mode="after")
    def _only_pending_expires(self) -> Self:
        if self.expires_at is not None and self.kind != "pending":
            msg = "only a pending transaction expires"
            raise ValueError(msg)
        return self

    def to_domain(self) -> domain.NewTransaction:
        """Return the transaction in the ledger's terms."""
        return domain.NewTransaction(
            id=domain.TransactionId(self.id),
            type=self.type,
            postings=tuple(
                domain.NewPosting(
                    debit=domain.AccountId(posting.debit),
                    credit=domain.AccountId(posting.credit),
                    amount=posting.amount.to_amount(),
                )
                for posting in self.postings
            ),
            effective_on=self.effective_on,
            reference=self.reference,
            metadata=self.metadata,
            correlation_id=self.correlation_id,
            kind=TransactionKind(self.kind),
            expires_at=self.expires_at,
        )


class PartIn(Shape):
    """The amount of one posting of another transaction."""

    ordinal: Annotated[int, Field(ge=1, le=domain.POSTINGS_MAX, strict=True)]
    amount: AmountShape


class ResolutionIn(Shape):
    """What captures, voids or reverses another transaction; `parts` left out means all of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a11",
                    "reference": "INV-2026-0042",
                    "parts": [{"ordinal": 1, "amount": {"amount": "10.00", "asset": "CNY/2"}}],
                }
            ]
        }
    )

    id: UUID
    reference: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=domain.POSTINGS_MAX)] | None = (
        None
    )

    @field_validator("parts")
    @classmethod
    def _one_amount_for_a_posting(cls, parts: list[PartIn] | None) -> list[PartIn] | None:
        ordinals = [part.ordinal for part in parts or ()]
        if len(set(ordinals)) < len(ordinals):
            msg = "parts name one posting twice"
            raise ValueError(msg)
        return parts

    def amounts(self) -> dict[int, domain.Amount] | None:
        """Return the chosen amounts by ordinal; None for all."""
        if self.parts is None:
            return None
        return {part.ordinal: part.amount.to_amount() for part in self.parts}


class VoidIn(Shape):
    """What releases all that a pending transaction holds."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a12"}]}
    )

    id: UUID
    reference: Annotated[str, Field(min_length=1, max_length=140)] | None = None


class BatchIn(Shape):
    """Transactions booked in order: each on its own, or with `atomic` all or none."""

    atomic: bool = False

    model_config = ConfigDict(json_schema_extra={"examples": [{"transactions": [_TRANSACTION]}]})

    transactions: Annotated[list[TransactionIn], Field(min_length=1, max_length=domain.BATCH_MAX)]


class PostedPostingOut(Shape):
    """Balances right after the posting; null for internal accounts, which keep none."""

    debit_balance: str | None
    credit_balance: str | None


class PostingResultOut(Shape):
    """What became of one transaction."""

    id: UUID
    status: Literal["posted", "duplicate", "refused"]
    sequence: Annotated[int | None, Field(description="Place in the ledger's order")] = None
    postings: list[PostedPostingOut] = []  # noqa: RUF012 - pydantic copies it
    code: Annotated[str | None, Field(description="Why it was refused")] = None
    detail: Annotated[str | None, Field(description="The same in words")] = None

    @classmethod
    def of(
        cls, new: domain.NewTransaction, result: domain.PostingResult, language: Language
    ) -> "PostingResultOut":
        """Return the shape of what became of `new`."""
        return cls.model_validate(result_members(new, result, language))


def result_members(
    new: domain.NewTransaction, result: domain.PostingResult, language: Language
) -> dict[str, object]:
    """Return the members of a `PostingResultOut`, for who needs no more of it than its JSON."""
    return {
        "id": result.transaction_id,
        "status": result.status,
        "sequence": result.sequence,
        "postings": [
            {
                "debit_balance": _text(after.debit_balance, posting.amount.scale),
                "credit_balance": _text(after.credit_balance, posting.amount.scale),
            }
            for posting, after in zip(new.postings, result.postings, strict=False)
        ],
        "code": result.error.code if result.error else None,
        "detail": result.error.say(language) if result.error else None,
    }


def _text(units: int | None, scale: int) -> str | None:
    return None if units is None else format_minor(units, scale)


class BatchOut(Shape):
    """A result per transaction, in the order they were sent."""

    results: list[PostingResultOut]


class PostingOut(Shape):
    """A posting as booked."""

    ordinal: int
    debit: UUID
    credit: UUID
    amount: AmountShape


class TransactionOut(Shape):
    """A transaction as booked."""

    id: UUID
    sequence: int
    kind: TransactionKind
    type: str
    effective_on: date
    booked_at: datetime
    reference: str | None
    metadata: dict[str, str]
    correlation_id: UUID | None
    postings: Annotated[
        list[PostingOut], Field(description="What moved; of a pending transaction, what it holds")
    ]
    target: Annotated[UUID | None, Field(description="What it resolves or reverses")]
    expires_at: datetime | None
    resolved_by: Annotated[
        UUID | None, Field(description="What captured, voided or expired a pending transaction")
    ]

    @classmethod
    def of(cls, booked: Transaction) -> "TransactionOut":
        """Return the shape of a booked transaction."""
        return cls(
            id=booked.id,
            sequence=booked.sequence,
            kind=booked.kind,
            type=booked.type,
            effective_on=booked.effective_on,
            booked_at=booked.booked_at,
            reference=booked.reference,
            metadata=dict(booked.metadata),
            correlation_id=booked.correlation_id,
            postings=[
                PostingOut(
                    ordinal=posting.ordinal,
                    debit=posting.debit,
                    credit=posting.credit,
                    amount=AmountShape.of(posting.amount, posting.asset),
                )
                for posting in booked.postings
            ],
            target=booked.target,
            expires_at=booked.expires_at,
            resolved_by=booked.resolved_by,
        )
