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
    ToPay,
    Transfer,
    UnknownPayment,
    check_amount,
    reason_of,
    same_name,
)
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.domain.asking import Ask
from tongbao.core.payments.domain.batches import BATCH_MAX, BatchRefused, NewTransfer
from tongbao.core.payments.domain.fees import FeeKind, FeeQuote, FeeRule
from tongbao.core.payments.domain.life import Timing
from tongbao.core.payments.domain.names import NameCheck
from tongbao.core.payments.domain.payees import (
    CoolingOff,
    OneClick,
    OneClickOff,
    SavedPayee,
    UnknownPayee,
)
from tongbao.core.payments.domain.recalls import Recall, RecallReason
from tongbao.core.payments.domain.receipts import Receipt
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.approving import TRANSFER, ProposedTransfer, ask_transfer
from tongbao.core.payments.service.authority import (
    APPROVE,
    INITIATE,
    check_approver,
    check_may_initiate,
    check_second_person,
    check_words,
)
from tongbao.core.payments.service.cards import (
    cards_of,
    link_card,
    remove_card,
    verify_card,
)
from tongbao.core.payments.service.configuration import Configuration, configure
from tongbao.core.payments.service.executing import Outcome, carry_out, execute
from tongbao.core.payments.service.fees import (
    FeeAsked,
    check_vat,
    fee_postings,
    fee_rules,
    quote_fee,
    quote_fees,
    set_fee,
    set_vat,
    vat,
)
from tongbao.core.payments.service.giving_back import give_fee_back
from tongbao.core.payments.service.limiting import (
    end_raise,
    headroom,
    own_limits,
    raise_limit,
    set_own_limit,
)
from tongbao.core.payments.service.listening import consumer
from tongbao.core.payments.service.orders.approving import CREDIT_TRANSFER, ask_credit_transfer
from tongbao.core.payments.service.orders.asking import (
    REFUND,
    WITHDRAWAL,
    ask_refund,
    ask_withdrawal,
)
from tongbao.core.payments.service.orders.by_hand import register_booked_by_hand
from tongbao.core.payments.service.orders.cancelling import cancel
from tongbao.core.payments.service.orders.driving import drive
from tongbao.core.payments.service.orders.history import history, unknown
from tongbao.core.payments.service.orders.inquiring import inquire
from tongbao.core.payments.service.orders.receiving import not_received, receive, take_returns
from tongbao.core.payments.service.orders.refunding import refund, refunds_of
from tongbao.core.payments.service.orders.resolving import (
    RESOLUTION,
    ProposedResolution,
    check_unknown,
)
from tongbao.core.payments.service.orders.sending import NewCreditTransfer, send
from tongbao.core.payments.service.orders.with_cards import top_up, withdraw
from tongbao.core.payments.service.orders.with_wallets import (
    to_pay,
    top_up_from_wallet,
    wallets,
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
from tongbao.core.payments.service.payees.names_elsewhere import check_name_elsewhere
from tongbao.core.payments.service.payees.one_click import (
    end_one_click,
    one_click,
    pay_payee,
    set_one_click,
)
from tongbao.core.payments.service.preparing import Prepared, look, prepare
from tongbao.core.payments.service.reading import Direction, for_account, get
from tongbao.core.payments.service.recalls.driving import drive_recalls
from tongbao.core.payments.service.recalls.ending import (
    RECALL_RESOLUTION,
    ProposedRecallResolution,
    ask_again,
    check_overdue,
    overdue_recalls,
)
from tongbao.core.payments.service.recalls.requesting import recalls_of, request_recall
from tongbao.core.payments.service.receipts import (
    ISSUE_RECEIPT_JOB,
    FurtherFacts,
    ReceiptConfiguration,
    configure_receipts,
    confirm_receipt,
    confirm_receipt_file,
    issue_receipt,
    order_receipt,
    receipt,
    receipt_file,
    register_receipt_facts,
)
from tongbao.core.payments.service.screening import Screen, register_screen, remove_screen
from tongbao.core.payments.service.sign_off import (
    SignedOff,
    SignOff,
    Waiting,
    asks,
    payee_of,
    payment_confirmed,
)
from tongbao.core.payments.service.transferring import transfer

__all__ = [
    "APPROVE",
    "BATCH_MAX",
    "CREDIT_TRANSFER",
    "INITIATE",
    "ISSUE_RECEIPT_JOB",
    "RECALL_RESOLUTION",
    "REFUND",
    "RESOLUTION",
    "TRANSFER",
    "WITHDRAWAL",
    "Alone",
    "ApprovalNeeded",
    "Ask",
    "BatchRefused",
    "Configuration",
    "CoolingOff",
    "Direction",
    "EndToEndIdUsed",
    "FeeAsked",
    "FeeKind",
    "FeeQuote",
    "FeeRule",
    "FurtherFacts",
    "Kind",
    "NameCheck",
    "NewCreditTransfer",
    "NewTransfer",
    "NoRoute",
    "OneClick",
    "OneClickOff",
    "Outcome",
    "PaymentId",
    "PaymentOrder",
    "Prepared",
    "ProposedRecallResolution",
    "ProposedResolution",
    "ProposedTransfer",
    "Reason",
    "Recall",
    "RecallReason",
    "Receipt",
    "ReceiptConfiguration",
    "SavedPayee",
    "Screen",
    "SignOff",
    "SignedOff",
    "Status",
    "Timing",
    "ToPay",
    "Transfer",
    "UnknownPayee",
    "UnknownPayment",
    "Waiting",
    "alone",
    "ask_again",
    "ask_credit_transfer",
    "ask_refund",
    "ask_transfer",
    "ask_withdrawal",
    "asks",
    "cancel",
    "cards_of",
    "carry_out",
    "change_payee",
    "check_amount",
    "check_approver",
    "check_cooling_off",
    "check_may_initiate",
    "check_name",
    "check_name_elsewhere",
    "check_overdue",
    "check_second_person",
    "check_unknown",
    "check_vat",
    "check_words",
    "configure",
    "configure_receipts",
    "confirm_payee",
    "confirm_receipt",
    "confirm_receipt_file",
    "confirm_saved",
    "consumer",
    "drive",
    "drive_recalls",
    "end_one_click",
    "end_raise",
    "execute",
    "fee_postings",
    "fee_rules",
    "for_account",
    "get",
    "give_fee_back",
    "headroom",
    "history",
    "inquire",
    "issue_receipt",
    "link_card",
    "list_payees",
    "look",
    "not_received",
    "one_click",
    "order_receipt",
    "overdue_recalls",
    "own_limits",
    "pay_payee",
    "payee",
    "payee_of",
    "payment_confirmed",
    "prepare",
    "quote_fee",
    "quote_fees",
    "raise_limit",
    "reason_of",
    "recalls_of",
    "receipt",
    "receipt_file",
    "receive",
    "refund",
    "refunds_of",
    "register_booked_by_hand",
    "register_receipt_facts",
    "register_screen",
    "remove_card",
    "remove_payee",
    "remove_screen",
    "request_recall",
    "same_name",
    "save_payee",
    "send",
    "set_fee",
    "set_one_click",
    "set_own_limit",
    "set_vat",
    "take_returns",
    "to_pay",
    "top_up",
    "top_up_from_wallet",
    "transfer",
    "unknown",
    "vat",
    "verify_card",
    "wallets",
    "withdraw",
]
