"""Verbs of payments: pay from one customer's account to another's, and read payments."""

from tongbao.core.payments.domain import (
    ApprovalNeeded,
    EndToEndIdUsed,
    Kind,
    NoRoute,
    PaymentId,
    PaymentOrder,
    Reason,
    Status,
    Transfer,
    UnknownPayment,
    reason_of,
    same_name,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.domain.batches import BATCH_MAX, BatchRefused, NewTransfer
from tongbao.core.payments.domain.life import Timing
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.approving import (
    TRANSFER,
    ProposedTransfer,
    confirm_approval,
    proposed,
)
from tongbao.core.payments.service.authority import (
    APPROVE,
    INITIATE,
    check_approver,
    check_may_initiate,
)
from tongbao.core.payments.service.cards import (
    cards_of,
    link_card,
    remove_card,
    verify_card,
)
from tongbao.core.payments.service.configuration import Configuration, configure
from tongbao.core.payments.service.executing import Outcome, execute, look
from tongbao.core.payments.service.limiting import (
    end_raise,
    headroom,
    own_limits,
    raise_limit,
    set_own_limit,
)
from tongbao.core.payments.service.listening import consumer
from tongbao.core.payments.service.orders.approving import CREDIT_TRANSFER, ask_approval
from tongbao.core.payments.service.orders.cancelling import cancel
from tongbao.core.payments.service.orders.driving import drive
from tongbao.core.payments.service.orders.history import history, unknown
from tongbao.core.payments.service.orders.receiving import receive
from tongbao.core.payments.service.orders.refunding import refund, refunds_of
from tongbao.core.payments.service.orders.resolving import (
    RESOLUTION,
    ProposedResolution,
    check_unknown,
)
from tongbao.core.payments.service.orders.sending import NewCreditTransfer, send
from tongbao.core.payments.service.orders.with_cards import top_up, withdraw
from tongbao.core.payments.service.payees import confirm_payee
from tongbao.core.payments.service.reading import for_account, get
from tongbao.core.payments.service.screening import Screen, register_screen, remove_screen
from tongbao.core.payments.service.signing import SIGNED_TRANSFER, put_to_signers
from tongbao.core.payments.service.transferring import transfer

__all__ = [
    "APPROVE",
    "BATCH_MAX",
    "CREDIT_TRANSFER",
    "INITIATE",
    "RESOLUTION",
    "SIGNED_TRANSFER",
    "TRANSFER",
    "Alone",
    "ApprovalNeeded",
    "BatchRefused",
    "Configuration",
    "EndToEndIdUsed",
    "Kind",
    "NewCreditTransfer",
    "NewTransfer",
    "NoRoute",
    "Outcome",
    "PaymentId",
    "PaymentOrder",
    "ProposedResolution",
    "ProposedTransfer",
    "Reason",
    "Screen",
    "Status",
    "Timing",
    "Transfer",
    "UnknownPayment",
    "alone",
    "ask_approval",
    "cancel",
    "cards_of",
    "check_approver",
    "check_may_initiate",
    "check_unknown",
    "configure",
    "confirm_approval",
    "confirm_payee",
    "consumer",
    "drive",
    "end_raise",
    "execute",
    "for_account",
    "get",
    "headroom",
    "history",
    "link_card",
    "look",
    "own_limits",
    "proposed",
    "put_to_signers",
    "raise_limit",
    "reason_of",
    "receive",
    "refund",
    "refunds_of",
    "register_screen",
    "remove_card",
    "remove_screen",
    "same_name",
    "send",
    "set_own_limit",
    "top_up",
    "transfer",
    "unknown",
    "verify_card",
    "withdraw",
]
