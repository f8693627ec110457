"""The table of invoices refuses what is no invoice data."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.unit.risk.rating.conftest import Invoice, table
from tongbao.kernel.errors import Kind
from tongbao.risk.rating.domain.invoices import INVOICES_MAX, TURNOVER_MINOR_MAX
from tongbao.risk.rating.service import InvoiceTable, MalformedInvoices

TWO = table(Invoice("2020-01-01", 100), Invoice("2020-01-02", -50, sale=False, void=True))


def test_rows_can_be_picked() -> None:
    picked = TWO.where(TWO.void)
    assert len(picked) == 1
    assert picked.amount_minor.tolist() == [-50]
    assert picked.outgoing.tolist() == [False]


def test_a_firm_without_invoices_has_an_empty_table() -> None:
    assert len(InvoiceTable.empty()) == 0
    assert len(TWO.where(np.zeros(2, np.bool_))) == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount_minor": np.array([1.0, 2.0])}, "amount_minor must be one column of int64"),
        ({"amount_minor": [1, 2]}, "amount_minor must be one column of int64"),
        ({"void": np.zeros((2, 1), np.bool_)}, "void must be one column of bool"),
        ({"outgoing": np.array([0, 1])}, "outgoing must be one column of bool"),
        ({"tax_minor": np.array([1], np.int64)}, "columns differ in length"),
        (
            {"issued_on": np.array(["2020-01-01", "NaT"], "datetime64[D]")},
            "a date of issue is missing",
        ),
        (
            {"issued_on": np.array(["2020-01-01", "2020-01-02"], "datetime64[s]")},
            "issued_on must be one column of datetime64[D]",
        ),
    ],
)
def test_malformed_columns_are_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedInvoices) as caught:
        replace(TWO, **change)
    assert caught.value.facts["reason"] == reason
    assert caught.value.kind is Kind.INVALID
    assert reason in caught.value.say("zh")


@pytest.mark.parametrize(
    "amounts",
    [
        [TURNOVER_MINOR_MAX, TURNOVER_MINOR_MAX],
        [-(2**63), -(2**63)],
        [2**63 - 1, -(2**63 - 1)],
    ],
    ids=["over the limit", "would wrap around", "would cancel out"],
)
@pytest.mark.parametrize("column", ["amount_minor", "tax_minor"])
def test_amounts_that_could_overflow_a_sum_are_refused(column: str, amounts: list[int]) -> None:
    changed: dict[str, Any] = {column: np.array(amounts, np.int64)}
    with pytest.raises(MalformedInvoices, match=column):
        replace(TWO, **changed)


def test_the_largest_turnover_is_accepted() -> None:
    half = TURNOVER_MINOR_MAX // 2
    accepted = replace(TWO, amount_minor=np.array([half, -half], np.int64))
    assert int(accepted.amount_minor.sum()) == 0


def test_the_number_of_invoices_is_limited() -> None:
    rows = INVOICES_MAX + 1
    with pytest.raises(MalformedInvoices, match="more than 1000000 invoices"):
        InvoiceTable(
            outgoing=np.zeros(rows, np.bool_),
            issued_on=np.zeros(rows, "datetime64[D]"),
            counterparty=np.zeros(rows, np.int64),
            amount_minor=np.zeros(rows, np.int64),
            tax_minor=np.zeros(rows, np.int64),
            void=np.zeros(rows, np.bool_),
        )
