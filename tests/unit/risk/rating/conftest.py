"""Invoices written down by hand, and labelled firms made up in bulk."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from tongbao.risk.rating.service import FEATURES, FeatureValues, InvoiceTable, Sample

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
AS_OF = date(2020, 2, 29)


@dataclass(frozen=True)
class Invoice:
    """One invoice: a valid sale unless said otherwise."""

    issued_on: str
    amount: int
    tax: int = 0
    partner: int = 1
    sale: bool = True
    void: bool = False


def table(*invoices: Invoice) -> InvoiceTable:
    """Return the invoices as columns."""
    return InvoiceTable(
        outgoing=np.array([i.sale for i in invoices], np.bool_),
        issued_on=np.array([i.issued_on for i in invoices], "datetime64[D]"),
        counterparty=np.array([i.partner for i in invoices], np.int64),
        amount_minor=np.array([i.amount for i in invoices], np.int64),
        tax_minor=np.array([i.tax for i in invoices], np.int64),
        void=np.array([i.void for i in invoices], np.bool_),
    )


def monthly(
    amounts: list[int], *, until: str = "2020-02", partner: int = 1, sale: bool = True
) -> list[Invoice]:
    """Return one invoice a month on the 5th, the last one in `until`; 0 leaves a month out."""
    last = np.datetime64(until, "M")
    return [
        Invoice(f"{last - np.timedelta64(back, 'M')}-05", amount, partner=partner, sale=sale)
        for back, amount in enumerate(reversed(amounts))
        if amount
    ]


def made_up_samples(firms: int, seed: int) -> list[Sample]:
    """Return labelled firms whose larger sales and steadier months default less."""
    generator = np.random.default_rng(seed)
    health = generator.normal(size=firms)
    bad = generator.random(firms) < 1 / (1 + np.exp(1.3 + 2 * health))
    noise = generator.normal(size=(firms, len(FEATURES)))
    samples = []
    for firm in range(firms):
        values: FeatureValues = {
            feature.code: float(noise[firm, i]) for i, feature in enumerate(FEATURES)
        }
        values["sales_total"] = round(float(np.exp(14 + health[firm] + noise[firm, 0])), 2)
        values["sales_variation"] = float(np.exp(-0.5 * health[firm] + 0.3 * noise[firm, 1]))
        values["margin"] = None if noise[firm, 2] > 1 else float(noise[firm, 2])
        samples.append(Sample(code=f"F{firm:04}", features=values, defaulted=bool(bad[firm])))
    return samples
