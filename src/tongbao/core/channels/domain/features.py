"""What a channel can do, for how much, and when: declared by its plug-in, adjusted by staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Final

from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.kernel.decimals import MINOR_MAX
from tongbao.kernel.money import Money, Rate, Rounding
from tongbao.kernel.text import Text

ANY_TIME: Final = time(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Cost, limits and hours of one operation of a channel.

    The cost is a fixed part and a share of the amount, the whole between two bounds. Hours are
    [from, to) in the bank's time zone; the same moment twice is around the clock.
    """

    fee_fixed_minor: int = 0
    fee_rate: Rate = Rate(0)  # noqa: RUF009 - immutable
    fee_min_minor: int = 0
    fee_max_minor: int | None = None
    amount_min_minor: int = 1
    amount_max_minor: int = MINOR_MAX
    opens: time = ANY_TIME
    closes: time = ANY_TIME
    business_days_only: bool = False
    is_offered: bool = True

    def cost(self, amount: Money) -> Money:
        """Return what the channel takes for it; half a unit or more counts as one."""
        share = amount.times(self.fee_rate, rounding=Rounding.HALF_UP).minor
        whole = max(self.fee_fixed_minor + share, self.fee_min_minor)
        if self.fee_max_minor is not None:
            whole = min(whole, self.fee_max_minor)
        return Money(whole, amount.currency)

    def is_open(self, moment: time, *, is_business_day: bool) -> bool:
        """Tell whether the operation is offered at a moment of a day."""
        if self.business_days_only and not is_business_day:
            return False
        if self.opens == self.closes:
            return True
        if self.opens < self.closes:
            return self.opens <= moment < self.closes
        return moment >= self.opens or moment < self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a plug-in offers; `kinds` says for each operation whom it reaches.

    Nobody at the other end (`None`) stands for a payer who is not known before: who scans a code.
    """

    title: Text
    currency: str
    kinds: Mapping[Operation, frozenset[CounterpartyKind | None]]
    terms: Mapping[Operation, Terms]
    shows_redirect: bool = False
    calls_back: bool = False
    partial_refunds: bool = False
    statement: str = ""  # format of a day's file, in words

    def offers(self, operation: Operation, kind: CounterpartyKind | None) -> bool:
        """Tell whether the operation is there for such a counterparty."""
        return kind in self.kinds.get(operation, frozenset())
