"""Verbs of payments: pay from one customer's account to another's, and read payments."""

from tongbao.core.payments.domain import (
    ApprovalNeeded,
    EndToEndIdUsed,
    PaymentId,
    PaymentOrder,
    Reason,
    Status,
    Transfer,
    UnknownPayment,
)
from tongbao.core.payments.service.approving import TRANSFER, ProposedTransfer, proposed
from tongbao.core.payments.service.payees import confirm_payee
from tongbao.core.payments.service.transferring import for_account, get, transfer

__all__ = [
    "TRANSFER",
    "ApprovalNeeded",
    "EndToEndIdUsed",
    "PaymentId",
    "PaymentOrder",
    "ProposedTransfer",
    "Reason",
    "Status",
    "Transfer",
    "UnknownPayment",
    "confirm_payee",
    "for_account",
    "get",
    "proposed",
    "transfer",
]
