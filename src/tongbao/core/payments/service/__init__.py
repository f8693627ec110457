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
    same_name,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.approving import (
    TRANSFER,
    ProposedTransfer,
    confirm_approval,
    proposed,
)
from tongbao.core.payments.service.authority import check_may_initiate
from tongbao.core.payments.service.limiting import (
    end_raise,
    headroom,
    own_limits,
    raise_limit,
    set_own_limit,
)
from tongbao.core.payments.service.payees import confirm_payee
from tongbao.core.payments.service.reading import for_account, get
from tongbao.core.payments.service.transferring import transfer

__all__ = [
    "TRANSFER",
    "Alone",
    "ApprovalNeeded",
    "EndToEndIdUsed",
    "PaymentId",
    "PaymentOrder",
    "ProposedTransfer",
    "Reason",
    "Status",
    "Transfer",
    "UnknownPayment",
    "alone",
    "check_may_initiate",
    "confirm_approval",
    "confirm_payee",
    "end_raise",
    "for_account",
    "get",
    "headroom",
    "own_limits",
    "proposed",
    "raise_limit",
    "same_name",
    "set_own_limit",
    "transfer",
]
