"""The tables of the module, a file each for what belongs together."""

from tongbao.core.ledger.models.books import (
    AccountRow,
    AssetRow,
    HoldRow,
    OpenPendingRow,
    PeriodRow,
    PostingRow,
    ReversedRow,
    TailRow,
    TransactionRow,
)
from tongbao.core.ledger.models.cutting_off import CutOffRow, CutOffTotalRow
from tongbao.core.ledger.models.derived import (
    CategoryDayRow,
    DayProgressRow,
    DayRow,
    HourRow,
    HourSpanRow,
    TreeCheckpointRow,
    TreeNodeRow,
)

__all__ = [
    "AccountRow",
    "AssetRow",
    "CategoryDayRow",
    "CutOffRow",
    "CutOffTotalRow",
    "DayProgressRow",
    "DayRow",
    "HoldRow",
    "HourRow",
    "HourSpanRow",
    "OpenPendingRow",
    "PeriodRow",
    "PostingRow",
    "ReversedRow",
    "TailRow",
    "TransactionRow",
    "TreeCheckpointRow",
    "TreeNodeRow",
]
