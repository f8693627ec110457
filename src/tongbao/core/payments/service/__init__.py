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
    reason_of,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.domain.batches import BATCH_MAX, BatchRefused, NewTransfer
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.approving import TRANSFER, ProposedTransfer, proposed
from tongbao.core.payments.service.authority import (
    APPROVE,
    INITIATE,
    check_approver,
    check_may_initiate,
)
from tongbao.core.payments.service.executing import Outcome, execute, look
from tongbao.core.payments.service.limiting import (
    end_raise,
    headroom,
    own_limits,
    raise_limit,
    set_own_limit,
)
from tongbao.core.payments.service.payees import confirm_payee
from tongbao.core.payments.service.reading import for_account, get
from tongbao.core.payments.service.screening import Screen, register_screen, remove_screen
from tongbao.core.payments.service.transferring import transfer

__all__ = [
    "APPROVE",
    "BATCH_MAX",
    "INITIATE",
    "TRANSFER",
    "Alone",
    "ApprovalNeeded",
    "BatchRefused",
    "EndToEndIdUsed",
    "NewTransfer",
    "Outcome",
    "PaymentId",
    "PaymentOrder",
    "ProposedTransfer",
    "Reason",
    "Screen",
    "Status",
    "Transfer",
    "UnknownPayment",
    "alone",
    "check_approver",
    "check_may_initiate",
    "confirm_payee",
    "end_raise",
    "execute",
    "for_account",
    "get",
    "headroom",
    "look",
    "own_limits",
    "proposed",
    "raise_limit",
    "reason_of",
    "register_screen",
    "remove_screen",
    "set_own_limit",
    "transfer",
]
