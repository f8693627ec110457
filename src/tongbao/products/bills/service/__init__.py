"""Verbs of bills: find billers, ask what is owed, pay it once, and read what became of it."""

from tongbao.products.bills.domain.billers import (
    CATEGORY_NAMES,
    BillCategory,
    Biller,
    UnknownBiller,
)
from tongbao.products.bills.domain.mandates import DueBill, DueOutcome, Mandate, MandateState
from tongbao.products.bills.domain.payments import (
    Arrow,
    Bill,
    BillPayment,
    BillState,
    Query,
    QueryState,
    Timing,
    UnknownBillPayment,
    Why,
    reason_text,
)
from tongbao.products.bills.domain.saving import SavedBill
from tongbao.products.bills.gateways.billers import BillersGateway, Patience
from tongbao.products.bills.service.approving import ask_payment
from tongbao.products.bills.service.asking import ASK_JOB, ask, ask_saved, carry_out, query
from tongbao.products.bills.service.autopay import pay_mandates
from tongbao.products.bills.service.configuration import Configuration, configure
from tongbao.products.bills.service.directory import (
    biller,
    check_account,
    engage,
    every_biller,
    list_billers,
    refresh_directory,
    take_over,
)
from tongbao.products.bills.service.driving import drive
from tongbao.products.bills.service.mandates import (
    due_bills,
    end_mandate,
    make_mandate,
    mandate,
    mandate_changes,
    mandates,
    over_account,
    pause_mandate,
    resume_mandate,
)
from tongbao.products.bills.service.moving import DRIVE_JOB
from tongbao.products.bills.service.paying import Paying, pay, payee
from tongbao.products.bills.service.reading import arrows, get, list_payments, list_stuck
from tongbao.products.bills.service.receipts import on_receipt
from tongbao.products.bills.service.rows import INITIATE
from tongbao.products.bills.service.saving import forget, save, saved_bills

__all__ = [
    "ASK_JOB",
    "CATEGORY_NAMES",
    "DRIVE_JOB",
    "INITIATE",
    "Arrow",
    "Bill",
    "BillCategory",
    "BillPayment",
    "BillState",
    "Biller",
    "BillersGateway",
    "Configuration",
    "DueBill",
    "DueOutcome",
    "Mandate",
    "MandateState",
    "Patience",
    "Paying",
    "Query",
    "QueryState",
    "SavedBill",
    "Timing",
    "UnknownBillPayment",
    "UnknownBiller",
    "Why",
    "arrows",
    "ask",
    "ask_payment",
    "ask_saved",
    "biller",
    "carry_out",
    "check_account",
    "configure",
    "drive",
    "due_bills",
    "end_mandate",
    "engage",
    "every_biller",
    "forget",
    "get",
    "list_billers",
    "list_payments",
    "list_stuck",
    "make_mandate",
    "mandate",
    "mandate_changes",
    "mandates",
    "on_receipt",
    "over_account",
    "pause_mandate",
    "pay",
    "pay_mandates",
    "payee",
    "query",
    "reason_text",
    "refresh_directory",
    "resume_mandate",
    "save",
    "saved_bills",
    "take_over",
]
