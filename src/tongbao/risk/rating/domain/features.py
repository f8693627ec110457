"""From invoices to feature values.

Sums are whole fen; only the last step divides. Every float comes from one correctly rounded
operation on integers, or from `math.fsum`, so the values depend neither on the order of the
invoices nor on how counterparties are numbered.
"""

import math
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tongbao.risk.rating.domain.feature import FeatureValues
from tongbao.risk.rating.domain.feature_set import WINDOW_MONTHS
from tongbao.risk.rating.domain.invoices import InvoiceTable
from tongbao.risk.rating.domain.observation import Observation, Side

FEN_PER_YUAN = 100
VARIATION_MONTHS_MIN = 3
RETURNING_MONTHS_MIN = 2


def features(invoices: InvoiceTable, *, as_of: date) -> FeatureValues:
    """Return the value of every feature of `FEATURE_SET`, or None where it cannot be known.

    Counts and totals of a firm without invoices are known to be 0; its shares, ratios and growth
    are not known. Invoices after `as_of` are ignored.

    Parameters
    ----------
    invoices : InvoiceTable
        All invoices of one firm, both directions, in any order.
    as_of : date
        Last day the source covers (included).

    Returns
    -------
    dict[str, float | None]
        One entry per declared feature, in the order of declaration; finite floats.
    """
    seen = Observation.of(invoices, as_of=as_of)
    sales, purchases = seen.sales, seen.purchases
    last_on = sales.last_on
    return {
        "sales_total": _yuan(sales.amount_minor),
        "sales_recent_year": _yuan(int(sales.monthly_minor[-12:].sum())),
        "sales_invoices": float(sales.positive),
        "sales_per_invoice": _ratio(sales.positive_minor, sales.positive * FEN_PER_YUAN),
        "sales_variation": _variation(_since_first_sale(sales)),
        "sales_tenure": float(len(_since_first_sale(sales))),
        "months_without_sales": float((sales.monthly_count == 0).sum()),
        "sales_growth_half_year": _growth(sales, 6),
        "sales_growth_year": _growth(sales, 12),
        "days_since_last_sale": None if last_on is None else float((as_of - last_on).days),
        "purchases_total": _yuan(purchases.amount_minor),
        "purchase_invoices": float(purchases.positive),
        "buyers": float(len(sales.partners)),
        "suppliers": float(len(purchases.partners)),
        "buyer_concentration": _concentration(sales.partner_minor),
        "supplier_concentration": _concentration(purchases.partner_minor),
        "returning_buyer_share": _share(sales, sales.partner_months >= RETURNING_MONTHS_MIN),
        "void_share": _ratio(sales.issued - sales.valid, sales.issued),
        "red_letter_share": _ratio(sales.red, sales.valid),
        "effective_tax_rate": _ratio(sales.tax_minor - purchases.tax_minor, sales.amount_minor),
        "margin": _ratio(sales.amount_minor - purchases.amount_minor, sales.amount_minor),
        "circular_sales_share": None
        if purchases.positive == 0
        else _share(sales, np.isin(sales.partners, purchases.partners)),
    }


def _yuan(amount_minor: int) -> float:
    return amount_minor / FEN_PER_YUAN


def _ratio(numerator: int, denominator: int) -> float | None:
    """Divide, or say that there is nothing to divide by."""
    return numerator / denominator if denominator > 0 else None


def _share(side: Side, partners: NDArray[np.bool_]) -> float | None:
    """Return the part of the positive amount that falls on the marked partners."""
    return _ratio(int(side.partner_minor[partners].sum()), side.positive_minor)


def _since_first_sale(sales: Side) -> NDArray[np.int64]:
    """Return the monthly sales from the month of the first sale on (possibly none)."""
    active = np.flatnonzero(sales.monthly_count)
    return sales.monthly_minor[active[0] :] if len(active) else sales.monthly_minor[:0]


def _variation(monthly_minor: NDArray[np.int64]) -> float | None:
    """Return the population standard deviation over the mean."""
    months = [int(amount) for amount in monthly_minor]
    total = sum(months)
    if len(months) < VARIATION_MONTHS_MIN or total <= 0:
        return None
    spread = len(months) * sum(amount * amount for amount in months) - total * total
    return math.sqrt(Fraction(spread, total * total))


def _growth(sales: Side, months: int) -> float | None:
    """Return the growth of the last `months` against as many before, if the firm sold that long."""
    if len(_since_first_sale(sales)) < 2 * months:
        return None
    recent = int(sales.monthly_minor[WINDOW_MONTHS - months :].sum())
    before = int(sales.monthly_minor[WINDOW_MONTHS - 2 * months : WINDOW_MONTHS - months].sum())
    return _ratio(recent - before, before)


def _concentration(partner_minor: NDArray[np.int64]) -> float | None:
    """Return the Herfindahl-Hirschman index: the sum of squared shares."""
    amounts = partner_minor.tolist()
    total = sum(amounts)
    return _ratio(sum(amount * amount for amount in amounts), total * total)
