"""What a question about the past can get wrong."""

from tongbao.core.ledger.domain.errors import LedgerError
from tongbao.kernel.errors import Kind
from tongbao.kernel.text import Text


class UnclearMoment(LedgerError):
    """A past balance is by booking time or by effective date, not by both and not by neither."""

    code = "ledger.unclear_moment"
    kind = Kind.INVALID
    title = Text(zh="须指定一个时点", en="One moment is needed")
    detail = Text(
        zh="请在记账时刻与起息日中选择其一。",
        en="Give either the booking moment or the effective date, and not both.",
    )
