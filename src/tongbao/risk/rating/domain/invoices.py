"""The VAT invoices of one firm as columns."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

INVOICES_MAX = 1_000_000
TURNOVER_MINOR_MAX = 10**18
"""Most that the sizes of all amounts (or of all taxes) may add up to, in fen.

With it no sum over any rows leaves a signed 64-bit integer.
"""

_COLUMN_TYPES = {
    "outgoing": np.dtype(np.bool_),
    "issued_on": np.dtype("datetime64[D]"),
    "counterparty": np.dtype(np.int64),
    "amount_minor": np.dtype(np.int64),
    "tax_minor": np.dtype(np.int64),
    "void": np.dtype(np.bool_),
}


class MalformedInvoices(TongbaoError):
    """The columns do not describe invoices; a defect of whoever built the table."""

    code = "rating.malformed_invoices"
    kind = Kind.INVALID
    title = Text(zh="发票数据格式错误", en="The invoice data are malformed")
    detail = Text(zh="发票数据格式错误：{reason}", en="The invoice data are malformed: {reason}")


@dataclass(frozen=True, slots=True, eq=False)
class InvoiceTable:
    """Invoices of one firm; six columns of one length, in any order of rows.

    Attributes
    ----------
    outgoing : bool (n,)
        True for a sale (the firm issued it), False for a purchase (it received it).
    issued_on : datetime64[D] (n,)
        Business date of issue; never NaT.
    counterparty : int64 (n,)
        Code of the other side. One code means one party, whether it buys or sells.
    amount_minor : int64 (n,)
        Amount without tax in minor units (fen); negative for a red-letter invoice.
    tax_minor : int64 (n,)
        Tax in minor units, with the sign of the amount.
    void : bool (n,)
        True if the invoice was cancelled: it counts in no sum, only in the void share.

    Raises
    ------
    MalformedInvoices
        Wrong type, unequal lengths, NaT, or beyond `INVOICES_MAX` or `TURNOVER_MINOR_MAX`.
    """

    outgoing: NDArray[np.bool_]
    issued_on: NDArray[np.datetime64]
    counterparty: NDArray[np.int64]
    amount_minor: NDArray[np.int64]
    tax_minor: NDArray[np.int64]
    void: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for field in fields(self):
            column = getattr(self, field.name)
            expected = _COLUMN_TYPES[field.name]
            if not isinstance(column, np.ndarray) or column.dtype != expected or column.ndim != 1:
                raise MalformedInvoices(reason=f"{field.name} must be one column of {expected}")
            if column.shape != self.outgoing.shape:
                raise MalformedInvoices(reason="columns differ in length")
        if len(self) > INVOICES_MAX:
            raise MalformedInvoices(reason=f"more than {INVOICES_MAX} invoices")
        if np.isnat(self.issued_on).any():
            raise MalformedInvoices(reason="a date of issue is missing")
        for name in ("amount_minor", "tax_minor"):
            # In float64, so that hostile values cannot wrap around; the limit leaves room to err.
            sizes = np.abs(getattr(self, name).astype(np.float64))
            if sizes.sum() > TURNOVER_MINOR_MAX:
                raise MalformedInvoices(reason=f"{name} adds up to over {TURNOVER_MINOR_MAX}")

    def __len__(self) -> int:
        return int(self.outgoing.shape[0])

    @classmethod
    def empty(cls) -> Self:
        """Return the table of a firm without any invoice."""
        return cls(**{name: np.empty(0, dtype) for name, dtype in _COLUMN_TYPES.items()})

    def where(self, rows: NDArray[np.bool_]) -> Self:
        """Return the rows for which the mask (n,) is True."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})
