"""Rules of how much may be moved, and what a use of them is."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

BATCH_MAX: Final = 10_000
MAXIMUM_MAX: Final = 10**17
RAISE_HOURS_MAX: Final = 24
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
class Rule:
    """At most `maximum` of `measure` in `window`, for each different value of `counted_by`.

    What is None does not matter: a rule without a `channel` holds in all of them together. Of
    `raise_maximum` a customer may have a raise for a time; without it there is none.
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

    def __post_init__(self) -> None:
        if not self.counted_by:
            raise RuleWrong(why="counted_by")
        if not 0 <= self.maximum <= (self.raise_maximum or self.maximum) <= MAXIMUM_MAX:
            raise RuleWrong(why="maximum")
        if (self.measure is Measure.AMOUNT) != (self.currency is not None):
            raise RuleWrong(why="currency")
        if (self.window is Window.ROLLING) != (self.rolling_hours is not None):
            raise RuleWrong(why="rolling_hours")

    def counts_as(self, other: "Rule") -> bool:
        """Tell whether what was used of one holds against the other."""
        mine = (self.counted_by, self.window, self.rolling_hours, self.measure, self.currency)
        return mine == (
            other.counted_by, other.window, other.rolling_hours, other.measure, other.currency,
        )  # fmt: skip

    def amount(self, value: int) -> Money | None:
        """Return `value` of this rule's measure as money; None where it counts uses."""
        return None if self.currency is None else Money(value, self.currency)


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody is about to move, as facts; nothing is looked up here.

    `device` and `counterparty` are opaque names: an id, an account number, a digest.
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

    def __post_init__(self) -> None:
        names = (self.operation, self.product, self.channel, self.device, self.counterparty)
        assert all(name is None or _NAME.fullmatch(name) for name in names), "a name is no text"
        assert self.amount.minor > 0, "nothing is moved"


@dataclass(frozen=True, slots=True)
class Headroom:
    """What is left of one rule for one subject."""

    rule: Rule
    maximum: int
    used: int
    raised_until: datetime | None = None

    @property
    def left(self) -> int:
        """Return what may still be used; nothing below zero."""
        return max(self.maximum - self.used, 0)


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
    """There is no rule of that code now."""

    code = "limits.unknown_rule"
    kind = Kind.NOT_FOUND
    title = Text(zh="限额规则不存在", en="Unknown limit")


class RuleWrong(TongbaoError):
    """A rule that contradicts itself."""

    code = "limits.rule_wrong"
    title = Text(zh="限额规则不正确", en="The rule contradicts itself")
    detail = Text(zh="请检查 {why}", en="Please check {why}")


class RaiseRefused(TongbaoError):
    """This limit cannot be raised so far, or not for so long."""

    code = "limits.raise_refused"
    kind = Kind.REFUSED
    title = Text(zh="不能提高到该限额", en="The limit cannot be raised so far")
    detail = Text(
        zh="该限额最高可临时提高到 {maximum}，最长 {hours} 小时",
        en="It can be raised to at most {maximum}, for at most {hours} hours",
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
