"""The tables of payments."""

from tongbao.core.payments.models.fees import FeeRow, VatRow
from tongbao.core.payments.models.orders import (
    IS_REFERRED_TO,
    AloneRow,
    AttemptRow,
    CardRow,
    PaymentOrderRow,
    TransitionRow,
)
from tongbao.core.payments.models.payees import NameChecksRow, OneClickRow, PayeeRow, SavedPayeeRow
from tongbao.core.payments.models.recalls import IS_NOT_REFUSED, IS_OVERDUE, RecallRow
from tongbao.core.payments.models.receipts import ReceiptRow

__all__ = [
    "IS_NOT_REFUSED",
    "IS_OVERDUE",
    "IS_REFERRED_TO",
    "AloneRow",
    "AttemptRow",
    "CardRow",
    "FeeRow",
    "NameChecksRow",
    "OneClickRow",
    "PayeeRow",
    "PaymentOrderRow",
    "RecallRow",
    "ReceiptRow",
    "SavedPayeeRow",
    "TransitionRow",
    "VatRow",
]
