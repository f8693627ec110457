"""Aggregates of a firm book: the same figures for real and for made-up firms."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.invoices import Invoices

Columns = NDArray[np.float64]


def of_firm(invoices: Invoices) -> dict[str, float]:
    """Return figures of one firm; NaN where it has too few invoices for one."""
    out, void = invoices.out, invoices.void
    figures = {"invoices": float(len(invoices))}
    for name, side in (("out", out), ("in", ~out)):
        kept = side & ~void
        amount = invoices.amount_minor[kept] / 100
        positive = np.log(amount[amount > 0])
        figures |= {
            f"{name}_invoices": float(side.sum()),
            f"{name}_void_share": _share(void[side], 30),
            f"{name}_red_share": _share(amount < 0, 50),
            f"{name}_partners": float(len(np.unique(invoices.counterparty[kept]))),
            f"{name}_hhi": _hhi(invoices.counterparty[kept], amount),
            f"{name}_top_share": _top_share(invoices.counterparty[kept]),
            f"{name}_ln_amount_mean": float(positive.mean()) if len(positive) > 30 else np.nan,
            f"{name}_ln_amount_sd": float(positive.std()) if len(positive) > 30 else np.nan,
            f"{name}_per_partner_day": _per_partner_day(invoices, side),
            f"{name}_total": float(amount.sum()),
            f"{name}_tax_rate": float(invoices.tax_minor[kept].sum() / 100 / max(amount.sum(), 1)),
        }
    return figures | _months(invoices)


def of_book(book: FirmBook) -> dict[str, Columns]:
    """Return each figure of each firm, in the order of the book."""
    rows = [of_firm(book.invoices(firm.code)) for firm in book.firms]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def pooled(book: FirmBook, figure: Callable[[Invoices], tuple[float, float]]) -> float:
    """Return a share over all invoices of all firms."""
    parts = np.array([figure(book.invoices(firm.code)) for firm in book.firms])
    return float(parts[:, 0].sum() / parts[:, 1].sum())


def activity_by_day(book: FirmBook, *, out: bool) -> tuple[NDArray[np.datetime64], Columns]:
    """Return the days of the period and how busy each is, every larger firm counting the same."""
    first, last = (np.datetime64(day) for day in book.period)
    activity = np.zeros(int((last - first).astype(int)) + 1)
    for firm in book.firms:
        invoices = book.invoices(firm.code)
        kept = (invoices.out == out) & ~invoices.void
        if kept.sum() >= 100:
            day = (invoices.issued_on[kept] - first).astype(int)
            activity += np.bincount(day, minlength=len(activity)) / kept.sum()
    return np.arange(first, last + 1), activity


def _share(flags: NDArray[np.bool_], count_min: int) -> float:
    return float(flags.mean()) if len(flags) >= count_min else np.nan


def _hhi(partner: NDArray[np.int32], amount: Columns) -> float:
    by_partner = np.bincount(partner, weights=amount, minlength=1)
    by_partner = by_partner[by_partner > 0]
    return float((by_partner**2).sum() / by_partner.sum() ** 2) if len(by_partner) else np.nan


def _top_share(partner: NDArray[np.int32]) -> float:
    return float(np.bincount(partner).max() / len(partner)) if len(partner) else np.nan


def _per_partner_day(invoices: Invoices, side: NDArray[np.bool_]) -> float:
    if not side.any():
        return np.nan
    day = invoices.issued_on[side].astype(np.int64)
    meetings = len(np.unique(day * 1_000_000 + invoices.counterparty[side]))
    return float(side.sum() / meetings)


def _months(invoices: Invoices) -> dict[str, float]:
    """Return how steadily a firm sells between its first and its last month of sales."""
    kept = invoices.out & ~invoices.void
    if not kept.any():
        return dict.fromkeys(("sales_months", "month_cv", "month_empty_share", "growth"), np.nan)
    month = invoices.issued_on[kept].astype("datetime64[M]").astype(int)
    amount = invoices.amount_minor[kept] / 100
    by_month = np.bincount(month - month.min(), weights=amount)
    count = np.bincount(month - month.min())
    figures = {"sales_months": float((count > 0).sum())}
    enough = len(by_month) >= 12
    figures["month_cv"] = float(by_month.std() / by_month.mean()) if enough else np.nan
    figures["month_empty_share"] = float((count == 0).mean()) if enough else np.nan
    last, before = by_month[-12:].sum(), by_month[-24:-12].sum()
    growing = len(by_month) >= 24 and last > 0 and before > 0
    figures["growth"] = float(np.log(last / before)) if growing else np.nan
    return figures
