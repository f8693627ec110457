"""Receipts (电子回单): a settled payment on paper under our seal, confirmed to whoever holds it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType
from uuid import UUID

from tongbao.core.payments.domain import PaymentOrder
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Language, Text

ReceiptId = NewType("ReceiptId", UUID)

TITLE: Final = Text(zh="电子回单", en="Payment receipt")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that one side of a payment ordered; `sha256` and `issued_at` once it is there."""

    id: ReceiptId
    payment_id: UUID
    party_id: UUID
    language: Language
    code: str
    ordered_by: UUID
    ordered_at: datetime
    issued_at: datetime | None
    sha256: str | None
    file_id: UUID | None


@dataclass(frozen=True, slots=True)
class ConfirmedReceipt:
    """A receipt we issued and the payment it is about."""

    receipt: Receipt
    payment: PaymentOrder


class NotSettled(TongbaoError):
    """Only money that moved is receipted."""

    code = "payments.receipt_not_settled"
    kind = Kind.CONFLICT
    title = Text(zh="未成功的付款没有回单", en="Only a settled payment has a receipt")


class UnknownReceipt(TongbaoError):
    """No such receipt, or none the caller may see."""

    code = "payments.unknown_receipt"
    kind = Kind.NOT_FOUND
    title = Text(zh="回单不存在", en="Unknown receipt")


class ReceiptBeingMade(TongbaoError):
    """It was ordered a moment ago."""

    code = "payments.receipt_being_made"
    kind = Kind.CONFLICT
    title = Text(zh="回单正在生成，请稍候", en="The receipt is being made; try again in a moment")


class UnknownReceiptCode(TongbaoError):
    """No receipt of ours has this code."""

    code = "payments.unknown_receipt_code"
    kind = Kind.NOT_FOUND
    title = Text(zh="验证码无效", en="No document carries this code")
    detail = Text(
        zh="没有文件带有此验证码，请逐字核对；若无误，该文件并非本行出具",
        en="No document carries this code. Check it sign by sign; if it is right, the document is"
        " not one of ours",
    )
