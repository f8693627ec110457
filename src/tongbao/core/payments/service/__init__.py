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
    check_amount,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.domain.fees import FeeKind, FeeQuote, FeeRule
from tongbao.core.payments.domain.names import NameCheck
from tongbao.core.payments.domain.payees import (
    CoolingOff,
    OneClick,
    OneClickOff,
    SavedPayee,
    UnknownPayee,
)
from tongbao.core.payments.domain.receipts import Receipt
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.approving import TRANSFER, ProposedTransfer, proposed
from tongbao.core.payments.service.authority import check_may_initiate, check_words
from tongbao.core.payments.service.fees import (
    FeeAsked,
    check_vat,
    fee_postings,
    fee_rules,
    quote_fees,
    set_fee,
    set_vat,
    vat,
)
from tongbao.core.payments.service.limiting import (
    end_raise,
    headroom,
    own_limits,
    raise_limit,
    set_own_limit,
)
from tongbao.core.payments.service.payees import (
    change_payee,
    check_cooling_off,
    check_name,
    confirm_payee,
    confirm_saved,
    list_payees,
    payee,
    remove_payee,
    save_payee,
)
from tongbao.core.payments.service.payees.one_click import (
    end_one_click,
    one_click,
    pay_payee,
    set_one_click,
)
from tongbao.core.payments.service.reading import for_account, get
from tongbao.core.payments.service.receipts import (
    ISSUE_RECEIPT_JOB,
    ReceiptConfiguration,
    configure_receipts,
    confirm_receipt,
    confirm_receipt_file,
    issue_receipt,
    order_receipt,
    receipt,
    receipt_file,
)
from tongbao.core.payments.service.transferring import transfer

__all__ = [
    "ISSUE_RECEIPT_JOB",
    "TRANSFER",
    "Alone",
    "ApprovalNeeded",
    "CoolingOff",
    "EndToEndIdUsed",
    "FeeAsked",
    "FeeKind",
    "FeeQuote",
    "FeeRule",
    "NameCheck",
    "OneClick",
    "OneClickOff",
    "PaymentId",
    "PaymentOrder",
    "ProposedTransfer",
    "Reason",
    "Receipt",
    "ReceiptConfiguration",
    "SavedPayee",
    "Status",
    "Transfer",
    "UnknownPayee",
    "UnknownPayment",
    "alone",
    "change_payee",
    "check_amount",
    "check_cooling_off",
    "check_may_initiate",
    "check_name",
    "check_vat",
    "check_words",
    "configure_receipts",
    "confirm_payee",
    "confirm_receipt",
    "confirm_receipt_file",
    "confirm_saved",
    "end_one_click",
    "end_raise",
    "fee_postings",
    "fee_rules",
    "for_account",
    "get",
    "headroom",
    "issue_receipt",
    "list_payees",
    "one_click",
    "order_receipt",
    "own_limits",
    "pay_payee",
    "payee",
    "proposed",
    "quote_fees",
    "raise_limit",
    "receipt",
    "receipt_file",
    "remove_payee",
    "save_payee",
    "set_fee",
    "set_one_click",
    "set_own_limit",
    "set_vat",
    "transfer",
    "vat",
]
