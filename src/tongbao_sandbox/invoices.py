"""The invoices of one firm as columns."""

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

ID_DIGITS = 7


@dataclass(frozen=True, eq=False)
class Invoices:
    """Every VAT invoice a firm issued or received, oldest first; all columns have one length.

    `out` is true where the firm is the seller. `counterparty` holds positions in `labels`.
    Amounts are without tax, in fen (0.01 CNY); a red-letter invoice (红字发票) is negative.
    A `void` invoice (作废) was cancelled and counts for nothing.
    """

    out: NDArray[np.bool_]
    number: NDArray[np.int64]
    issued_on: NDArray[np.datetime64]  # [D]
    counterparty: NDArray[np.int32]
    labels: tuple[str, ...]
    amount_minor: NDArray[np.int64]
    tax_minor: NDArray[np.int64]
    void: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.out)
        for column in (
            self.number,
            self.issued_on,
            self.counterparty,
            self.amount_minor,
            self.tax_minor,
            self.void,
        ):
            assert len(column) == count
        assert self.issued_on.dtype == np.dtype("datetime64[D]")
        assert count == 0 or 0 <= self.counterparty.min() <= self.counterparty.max() < len(
            self.labels
        )

    def __len__(self) -> int:
        return len(self.out)

    @cached_property
    def ids(self) -> NDArray[np.str_]:
        """Ids unique within the firm: invoice numbers alone may repeat."""
        return np.array([f"{row:0{ID_DIGITS}d}" for row in range(1, len(self) + 1)], np.str_)

    @cached_property
    def json_labels(self) -> tuple[str, ...]:
        """The labels as JSON strings."""
        return tuple(json.dumps(label, ensure_ascii=False) for label in self.labels)

    @cached_property
    def amount_total_minor(self) -> int:
        """Sum of all amounts, void and red-letter invoices included."""
        return int(self.amount_minor.sum())

    @cached_property
    def tax_total_minor(self) -> int:
        """Sum of all taxes, void and red-letter invoices included."""
        return int(self.tax_minor.sum())
