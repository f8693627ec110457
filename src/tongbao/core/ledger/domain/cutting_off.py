"""The cut-off of a business day (日切)."""

from dataclasses import dataclass
from datetime import date, datetime

from tongbao.core.ledger.domain.errors import LedgerError
from tongbao.kernel.errors import Kind
from tongbao.kernel.text import Text


class ControlTotalsDiffer(LedgerError):
    """The two sides of an asset do not agree: nothing is done with the day before that is found."""

    code = "ledger.control_totals_differ"
    kind = Kind.CONFLICT
    title = Text(zh="总账试算不平", en="The control totals differ")
    detail = Text(
        zh="{assets} 借贷不平，请运行 tongbao verify 查明",
        en="Debits and credits of {assets} differ; run `tongbao verify`",
    )


@dataclass(frozen=True, slots=True)
class CutOff:
    """Which postings belong to `day`: numbered up to `through_sequence` and effective by then.

    Everything numbered below `recent_from` does.
    """

    day: date
    through_sequence: int
    recent_from: int
    taken_at: datetime
