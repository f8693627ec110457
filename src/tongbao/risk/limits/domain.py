"""Rules of how much may be moved, and what a use of them is."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final, Literal
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.records import quickly_made
from tongbao.kernel.text import Text

BATCH_MAX: Final = 10_000
MAXIMUM_MAX: Final = 10**17
RAISE_HOURS_MAX: Final = 24
ROLLING_HOURS_MAX: Final = 8_784
BASE: Final = "CNY"
ONE: Final = Rate.parse("1")
CODE_PATTERN: Final = r"^[a-z][a-z0-9_]{2,63}$"
PERIOD_PATTERN: Final = r"^(transaction|day|month|year|[1-9][0-9]{0,3}h)$"
_CODE: Final = re.compile(CODE_PATTERN)
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


class Dimension(StrEnum):
    """What a rule may count by."""

    PARTY = "party"
    PRODUCT = "product"
    CHANNEL = "channel"
    DEVICE = "device"
    COUNTERPARTY = "counterparty"


class Measure(StrEnum):
    """What a rule counts."""

    AMOUNT = "amount"
    COUNT = "count"


class Window(StrEnum):
    """The time a rule counts over; days, months and years are the bank's calendar's."""

    TRANSACTION = "transaction"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    ROLLING = "rolling"


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """What one unit of a currency is worth in CNY, for limits alone."""

    currency: str
    cny_per_unit: Rate
    valid_from: datetime
    valid_until: datetime | None


class Beyond(StrEnum):
    """What becomes of a use that goes beyond a rule."""

    REFUSE = "refuse"
    REVIEW = "review"  # a person looks at it; once they have, it counts and passes


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `maximum` of `measure` in `window`, for each different value of `counted_by`.

    What is None does not matter: a rule without a `channel` holds in all of them together. An
    `operation` stands for everything below it, too: `payments` for `payments.transfer`.

    Rules of one `tally` (by default each has its own) look at the same counters: what was used
    under one of them, in whichever window, holds against the others. Of `raise_maximum` a customer
    may have a raise for a time; without it there is none.
    """

    code: str
    title: Text
    counted_by: frozenset[Dimension]
    window: Window
    maximum: int
    measure: Measure = Measure.AMOUNT
    currency: str | None = "CNY"
    operation: str | None = None
    party_kind: Literal["person", "organisation"] | None = None
    level: int | None = None
    product: str | None = None
    channel: str | None = None
    rolling_hours: int | None = None
    raise_maximum: int | None = None
    beyond: Beyond = Beyond.REFUSE
    tally: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tally", self.tally or self.code)
        if _CODE.fullmatch(self.code) is None:
            raise RuleWrong(why="code")
        if _CODE.fullmatch(self.tally) is None:
            raise RuleWrong(why="tally")
        if not self.counted_by:
            raise RuleWrong(why="counted_by")
        if not 0 <= self.maximum <= self.ceiling <= MAXIMUM_MAX:
            raise RuleWrong(why="maximum, raise_maximum")
        if (self.measure is Measure.AMOUNT) != (self.currency is not None):
            raise RuleWrong(why="measure, currency")
        if (self.window is Window.ROLLING) != (self.rolling_hours is not None):
            raise RuleWrong(why="window, rolling_hours")
        if self.rolling_hours is not None and not 1 <= self.rolling_hours <= ROLLING_HOURS_MAX:
            raise RuleWrong(why="rolling_hours")
        self.amount(self.maximum)

    @property
    def ceiling(self) -> int:
        """Return how far anybody may be raised."""
        return self.maximum if self.raise_maximum is None else self.raise_maximum

    @property
    def period(self) -> str:
        """Return the window in a word: `day`, or `24h` for a rolling one."""
        return self.window.value if self.rolling_hours is None else f"{self.rolling_hours}h"

    @property
    def is_told(self) -> bool:
        """Tell whether a customer may know what is used of it: not where others use it up, too."""
        return Dimension.PARTY in self.counted_by

    @property
    def is_own(self) -> bool:
        """Tell whether a customer may lower or raise it for themself: what only they use up."""
        return self.counted_by == {Dimension.PARTY}

    def meets(self, *, operation: str, party_kind: str, level: int) -> bool:
        """Tell whether it is about whatever such a party does so, on any way."""
        return (
            self.operation in (None, operation) or operation.startswith(f"{self.operation}.")
        ) and (
            self.party_kind in (None, party_kind)
            and self.level in (None, level)
            and self.product is self.channel is None
        )

    def counts_as(self, other: "Rule") -> bool:
        """Tell whether what was used of one holds against the other."""
        mine = (self.counted_by, self.measure, self.currency)
        return mine == (other.counted_by, other.measure, other.currency)

    def amount(self, value: int) -> Money | None:
        """Return `value` of this rule's measure as money; None where it counts uses."""
        return None if self.currency is None else Money(value, self.currency)


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as it held, or holds, from a moment on."""

    rule: Rule
    valid_from: datetime
    valid_until: datetime | None
    set_by: UUID


@quickly_made
@dataclass(frozen=True, slots=True)
class Use:
    """What somebody is about to move, as facts; nothing is looked up here.

    `device` and `counterparty` are opaque names: an id, an account number, a digest. `reviewed`
    says that a person has looked at exactly this use and lets it pass.
    """

    id: UUID
    party_id: UUID
    party_kind: Literal["person", "organisation"]
    level: int
    operation: str
    amount: Money
    product: str | None = None
    channel: str | None = None
    device: str | None = None
    counterparty: str | None = None
    reviewed: bool = False

    def __post_init__(self) -> None:
        for name in (self.operation, self.product, self.channel, self.device, self.counterparty):
            assert name is None or _NAME.fullmatch(name), "a name is no text"
        assert self.amount.minor > 0, "nothing is moved"

    @property
    def kind(self) -> tuple[object, ...]:
        """Return what the conditions of rules look at: equal ones meet the same rules."""
        return (
            self.operation, self.party_kind, self.level, self.product, self.channel,
            self.device is not None, self.counterparty is not None, self.amount.currency,
            self.reviewed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Headroom:
    """What is left of one rule for one subject.

    `maximum` is the one that holds for it now: `lowered` by the party itself, or `raised` until
    `raised_until`. `amount` is what the use would take; None where there is no rate for it.
    """

    rule: Rule
    maximum: int
    used: int
    amount: int | None
    lowered: int | None = None
    raised: int | None = None
    raised_until: datetime | None = None

    @property
    def left(self) -> int:
        """Return what may still be used; nothing below zero."""
        return max(self.maximum - self.used, 0)

    @property
    def unraised(self) -> int:
        """Return the maximum as it is without a raise."""
        return self.rule.maximum if self.lowered is None else min(self.rule.maximum, self.lowered)

    def loosened_by(self, maximum: int | None) -> bool:
        """Tell whether an own maximum would let the party move more than the one it has."""
        return self.lowered is not None and (maximum is None or maximum > self.lowered)

    @property
    def covers(self) -> bool:
        """Tell whether the use would pass this rule."""
        return self.amount is not None and self.amount <= self.left


def tightest(rooms: Sequence[Headroom]) -> Headroom | None:
    """Return the rule that binds first: that of which the use takes the largest part of the left.

    None without rules. A rule without a rate for the use comes before all others.
    """
    return min(rooms, key=_slack, default=None)


def _slack(room: Headroom) -> Fraction:
    if room.amount is None:
        return Fraction(-1)
    return Fraction(room.left, room.amount)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What became of one use: reserved now, reserved before, or refused."""

    use_id: UUID
    status: Literal["reserved", "duplicate", "refused"]
    error: TongbaoError | None = None

    def raise_for_refusal(self) -> None:
        """Raise what refused it."""
        if self.error is not None:
            raise self.error


class LimitExceeded(TongbaoError):
    """The use would go beyond a limit; `left` is what may still be moved."""

    code = "limits.exceeded"
    kind = Kind.REFUSED
    title = Text(zh="超出限额", en="Above the limit")
    detail = Text(
        zh="“{rule}”的限额为 {maximum}，还可使用 {left}",
        en="The limit '{rule}' is {maximum}; {left} is left",
    )


class SharedLimitExceeded(TongbaoError):
    """The use would go beyond a limit that others use up, too: what is left is not told."""

    code = "limits.shared_exceeded"
    kind = Kind.REFUSED
    title = Text(zh="超出共用限额", en="Above a shared limit")
    detail = Text(
        zh="“{rule}”的限额为 {maximum}，由多方共用，余额不足",
        en="The limit '{rule}' is {maximum} for all who share it; too little is left",
    )


class ReviewNeeded(TongbaoError):
    """Beyond this limit a person looks at the use before it may pass."""

    code = "limits.review_needed"
    kind = Kind.REFUSED
    title = Text(zh="需人工审核", en="A person must look at this first")
    detail = Text(
        zh="超出“{rule}”的限额 {maximum}（还可使用 {left}），须人工审核后办理",
        en="Beyond the limit '{rule}' of {maximum} ({left} is left) a person must look at it first",
    )


class RateMissing(TongbaoError):
    """An amount cannot be compared with a limit in another currency."""

    code = "limits.rate_missing"
    kind = Kind.REFUSED
    title = Text(zh="缺少折算汇率", en="No rate to compare with the limit")
    detail = Text(
        zh="没有 {currency} 的参考汇率，无法核对限额",
        en="There is no reference rate of {currency}, so limits cannot be judged",
    )


class UnknownRule(TongbaoError):
    """There is no such rule now, or none that holds for this customer."""

    code = "limits.unknown_rule"
    kind = Kind.NOT_FOUND
    title = Text(zh="限额规则不存在", en="Unknown limit")


class RuleWrong(TongbaoError):
    """A rule that contradicts itself."""

    code = "limits.rule_wrong"
    title = Text(zh="限额规则不正确", en="The rule contradicts itself")
    detail = Text(zh="请检查 {why}", en="Please check {why}")


class MeasureWrong(TongbaoError):
    """A maximum in another currency than the limit's, or a number where it is an amount."""

    code = "limits.measure_wrong"
    title = Text(zh="限额的单位不符", en="Not what this limit is measured in")
    detail = Text(zh="该限额以 {measure} 计", en="This limit is measured in {measure}")


class RateWrong(TongbaoError):
    """A rate no amount could be compared by."""

    code = "limits.rate_wrong"
    title = Text(zh="参考汇率不正确", en="The reference rate is wrong")
    detail = Text(
        zh="{currency} 的参考汇率须大于零且尚未到期，人民币恒为 1",
        en="The rate of {currency} must be above zero and not over; that of CNY is 1",
    )


class RaiseRefused(TongbaoError):
    """This limit cannot be raised so far, or not for so long."""

    code = "limits.raise_refused"
    kind = Kind.REFUSED
    title = Text(zh="不能提高到该限额", en="The limit cannot be raised so far")
    detail = Text(
        zh="该限额目前为 {current}，最高可临时提高到 {maximum}，最长 {hours} 小时",
        en="It is {current} now and can be raised to at most {maximum}, for at most {hours} hours",
    )


class NotLower(TongbaoError):
    """A customer's own limit is at most the bank's."""

    code = "limits.not_lower"
    kind = Kind.REFUSED
    title = Text(zh="只能设置更低的限额", en="Your own limit can only be lower")
    detail = Text(zh="该限额目前为 {maximum}", en="The limit is {maximum}")


def counted(rule: Rule, value: int) -> str:
    """Say a value of a rule's measure: an amount with its currency, or a number."""
    amount = rule.amount(value)
    return str(value) if amount is None else str(amount)


def distinct(uses: Collection[Use]) -> bool:
    """Tell whether no two uses have the same id."""
    return len({use.id for use in uses}) == len(uses)
