"""One firm's invoices cut to the window and summed in whole fen, ready to be read by features."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tongbao.risk.rating.domain.feature_set import WINDOW_MONTHS
from tongbao.risk.rating.domain.invoices import InvoiceTable

Months = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Sales or purchases inside the window.

    Attributes
    ----------
    issued : int
        Invoices of every kind, void ones included.
    valid, red : int
        Invoices that are not void; those of them with a negative amount.
    positive : int
        Invoices that are not void and have a positive amount.
    amount_minor, tax_minor : int
        Sums over the valid invoices (red-letter deducted), in fen.
    positive_minor : int
        Sum over the positive invoices, in fen.
    monthly_minor : int64 (WINDOW_MONTHS,)
        Net valid amount of each complete month, oldest first.
    monthly_count : int64 (WINDOW_MONTHS,)
        Positive invoices of each complete month.
    partners, partner_minor, partner_months : int64 (p,)
        Code of each counterparty with a positive invoice, its positive amount in fen, and the
        number of calendar months with one.
    last_on : date | None
        Date of the last positive invoice.
    """

    issued: int
    valid: int
    red: int
    positive: int
    amount_minor: int
    tax_minor: int
    positive_minor: int
    monthly_minor: Months
    monthly_count: Months
    partners: NDArray[np.int64]
    partner_minor: NDArray[np.int64]
    partner_months: NDArray[np.int64]
    last_on: date | None

    @classmethod
    def of(cls, invoices: InvoiceTable, *, first_month: int) -> Self:
        """Sum one side; `first_month` is the oldest complete month, counted from 1970-01."""
        valid = ~invoices.void
        positive = valid & (invoices.amount_minor > 0)
        month = invoices.issued_on.astype("datetime64[M]").astype(np.int64) - first_month
        complete = month < WINDOW_MONTHS
        monthly_minor = np.zeros(WINDOW_MONTHS, np.int64)
        rows = valid & complete
        np.add.at(monthly_minor, month[rows], invoices.amount_minor[rows])
        monthly_count = np.bincount(month[positive & complete], minlength=WINDOW_MONTHS)

        partners, position = np.unique(invoices.counterparty[positive], return_inverse=True)
        partner_minor = np.zeros(len(partners), np.int64)
        np.add.at(partner_minor, position, invoices.amount_minor[positive])
        span = WINDOW_MONTHS + 1
        pairs = np.unique(position.astype(np.int64) * span + month[positive])
        partner_months = np.bincount(pairs // span, minlength=len(partners))

        return cls(
            issued=len(invoices),
            valid=int(valid.sum()),
            red=int((valid & (invoices.amount_minor < 0)).sum()),
            positive=int(positive.sum()),
            amount_minor=int(invoices.amount_minor[valid].sum()),
            tax_minor=int(invoices.tax_minor[valid].sum()),
            positive_minor=int(invoices.amount_minor[positive].sum()),
            monthly_minor=monthly_minor,
            monthly_count=monthly_count.astype(np.int64),
            partners=partners,
            partner_minor=partner_minor,
            partner_months=partner_months.astype(np.int64),
            last_on=invoices.issued_on[positive].max().item() if positive.any() else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Both sides of one firm as seen on `as_of`."""

    as_of: date
    sales: Side
    purchases: Side

    @classmethod
    def of(cls, invoices: InvoiceTable, *, as_of: date) -> Self:
        """Cut `invoices` to the window that ends on `as_of` (included) and sum both sides."""
        today = np.datetime64(as_of, "D")
        # The month of the day after `as_of` is the first one that is not complete.
        open_month = (today + np.timedelta64(1, "D")).astype("datetime64[M]")
        first_month = open_month - np.timedelta64(WINDOW_MONTHS, "M")
        inside = (invoices.issued_on >= first_month.astype("datetime64[D]")) & (
            invoices.issued_on <= today
        )
        number = int(first_month.astype(np.int64))
        return cls(
            as_of=as_of,
            sales=Side.of(invoices.where(inside & invoices.outgoing), first_month=number),
            purchases=Side.of(invoices.where(inside & ~invoices.outgoing), first_month=number),
        )
