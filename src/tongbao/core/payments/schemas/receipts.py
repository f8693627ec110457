"""Shapes of receipts."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from tongbao.core.payments.domain.receipts import ConfirmedReceipt, Receipt
from tongbao.core.payments.schemas.base import EXAMPLE_ID, Shape
from tongbao.infra import pdf
from tongbao.kernel import masking
from tongbao.kernel.codes import printed
from tongbao.kernel.text import Language

Compared = Literal["same", "different"]
_CODE: Final = "0123-4567-89AB-CDEF-GHJK"
_DIGEST: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class ReceiptOrder(Shape):
    """In which language."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"language": "zh"}]})

    language: Language = "zh"


class PaymentReceiptOut(Shape):
    """A receipt; it can be fetched when `issued_at` is there."""

    model_config = ConfigDict(
        title="PaymentReceipt",
        json_schema_extra={
            "examples": [
                {
                    "id": EXAMPLE_ID,
                    "payment_id": EXAMPLE_ID,
                    "language": "zh",
                    "code": _CODE,
                    "ordered_at": "2026-11-20T02:00:00Z",
                    "issued_at": "2026-11-20T02:00:01Z",
                    "sha256": _DIGEST,
                }
            ]
        },
    )

    id: UUID
    payment_id: UUID
    language: Language
    code: Annotated[str, Field(description="Confirms the receipt to others")]
    ordered_at: datetime
    issued_at: datetime | None
    sha256: Annotated[str | None, Field(description="Of the file")]

    @classmethod
    def of(cls, receipt: Receipt) -> "PaymentReceiptOut":
        """Return the shape of a receipt."""
        return cls(
            id=receipt.id,
            payment_id=receipt.payment_id,
            language=receipt.language,
            code=printed(receipt.code),
            ordered_at=receipt.ordered_at,
            issued_at=receipt.issued_at,
            sha256=receipt.sha256,
        )


class ReceiptCodeIn(Shape):
    """A code from a receipt; with it, if wanted, the amount it names and the digest of a file."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": _CODE, "amount": "1250.00", "sha256": _DIGEST}]}
    )

    code: Annotated[
        str,
        Field(min_length=1, max_length=40, description="20 signs; hyphens and case do not matter"),
    ]
    amount: Annotated[
        str | None, Field(max_length=24, description="The amount it names, to compare")
    ] = None
    sha256: Annotated[
        str | None,
        Field(pattern=r"^[0-9a-f]{64}$", description="Of the file in hand, to compare"),
    ] = None


class PartyMasked(Shape):
    """One side of a payment, masked."""

    name: Annotated[str, Field(examples=["王*明"])]
    account_number: Annotated[str, Field(examples=["**** 0018"])]


class ConfirmedReceiptOut(Shape):
    """What we receipted, names and numbers masked; the amount is only compared."""

    model_config = ConfigDict(title="ReceiptConfirmation")

    debtor: PartyMasked
    creditor: PartyMasked
    currency: str
    paid_at: datetime
    issued_at: datetime
    amount: Annotated[Compared | None, Field(description="Null unless an amount was sent")] = None
    file: Annotated[Compared | None, Field(description="Null unless a digest was sent")] = None

    @classmethod
    def of(
        cls,
        found: ConfirmedReceipt,
        *,
        amount: Compared | None = None,
        file: Compared | None = None,
    ) -> "ConfirmedReceiptOut":
        """Return the shape of what is confirmed."""
        payment, receipt = found.payment, found.receipt
        assert receipt.issued_at is not None, "only what was issued is confirmed"
        return cls(
            debtor=PartyMasked(
                name=masking.name(payment.debtor_name),
                account_number=masking.card(payment.debtor_account_number),
            ),
            creditor=PartyMasked(
                name=masking.name(payment.creditor_name),
                account_number=masking.card(payment.creditor_account_number),
            ),
            currency=payment.amount.currency,
            paid_at=payment.initiated_at,
            issued_at=receipt.issued_at,
            amount=amount,
            file=file,
        )


class ReceiptFileOut(Shape):
    """What a PDF is; `confirmed` only for one that is byte for byte what we issued."""

    model_config = ConfigDict(title="ReceiptFileConfirmation")

    finding: pdf.SealFinding
    sealed_at: datetime | None
    confirmed: ConfirmedReceiptOut | None
