"""The tables of bills."""

from tongbao.products.bills.models.directory import BillerRow
from tongbao.products.bills.models.mandates import (
    KEPT,
    RUNNING,
    DueBillRow,
    MandateChangeRow,
    MandateRow,
    SavedBillRow,
)
from tongbao.products.bills.models.paying import (
    ALIVE,
    BillPaymentRow,
    BillPaymentTransitionRow,
    BillRow,
    QueryRow,
)

__all__ = [
    "ALIVE",
    "KEPT",
    "RUNNING",
    "BillPaymentRow",
    "BillPaymentTransitionRow",
    "BillRow",
    "BillerRow",
    "DueBillRow",
    "MandateChangeRow",
    "MandateRow",
    "QueryRow",
    "SavedBillRow",
]
