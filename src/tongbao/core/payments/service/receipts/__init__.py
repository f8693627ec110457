"""Receipts of settled payments: ordered, set and sealed by a job, given out, confirmed."""

from tongbao.core.payments.service.receipts.configuration import (
    ReceiptConfiguration,
    configure_receipts,
)
from tongbao.core.payments.service.receipts.confirming import (
    confirm_receipt,
    confirm_receipt_file,
)
from tongbao.core.payments.service.receipts.further import FurtherFacts, register_receipt_facts
from tongbao.core.payments.service.receipts.making import (
    ISSUE_RECEIPT_JOB,
    issue_receipt,
    order_receipt,
    receipt,
    receipt_file,
)

__all__ = [
    "ISSUE_RECEIPT_JOB",
    "FurtherFacts",
    "ReceiptConfiguration",
    "configure_receipts",
    "confirm_receipt",
    "confirm_receipt_file",
    "issue_receipt",
    "order_receipt",
    "receipt",
    "receipt_file",
    "register_receipt_facts",
]
