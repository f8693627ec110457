"""API shapes of rules and reference rates, as staff sees them."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tongbao.kernel.money import Rate
from tongbao.kernel.money_schema import CurrencyCode, MoneyField, RateField
from tongbao.kernel.text import Text
from tongbao.risk.limits.domain import (
    CODE_PATTERN,
    MAXIMUM_MAX,
    ROLLING_HOURS_MAX,
    Beyond,
    Dimension,
    Measure,
    ReferenceRate,
    Rule,
    RuleWrong,
    Version,
    Window,
)

NAME_PATTERN: Final = r"^[A-Za-z0-9_.:-]{1,64}$"
Reason = Annotated[str, Field(min_length=1, max_length=500, description="Why")]
Code = Annotated[str, Field(pattern=CODE_PATTERN)]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Title = Annotated[str, Field(min_length=1, max_length=100)]


class Shape(BaseModel):
    """Base of the shapes: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class TitleShape(Shape):
    """A rule's name, as customers read it."""

    model_config = ConfigDict(title="RuleTitle")

    zh: Title
    en: Title


class QuantityShape(Shape):
    """How much: an amount, or a number of uses."""

    model_config = ConfigDict(title="RuleQuantity")

    amount: MoneyField | None = None
    count: Annotated[int, Field(ge=0, le=MAXIMUM_MAX)] | None = None

    @classmethod
    def of(cls, rule: Rule, value: int) -> "QuantityShape":
        """Return the shape of a value of a rule's measure."""
        amount = rule.amount(value)
        return cls(amount=amount, count=value if amount is None else None)

    @property
    def measured(self) -> tuple[int, Measure, str | None]:
        """Return the value, its measure and currency. Raises `RuleWrong` for none, or two."""
        if (self.amount is None) == (self.count is None):
            raise RuleWrong(why="amount, count")
        if self.amount is not None:
            return self.amount.minor, Measure.AMOUNT, self.amount.currency
        assert self.count is not None
        return self.count, Measure.COUNT, None


class RuleShape(Shape):
    """A rule: at most so much in a window, for each different value of what it counts by.

    What is null does not matter to it. An operation stands for everything below it, too.
    """

    model_config = ConfigDict(title="LimitRule")

    code: Code
    tally: Annotated[Code | None, Field(description="Rules of one tally share counters")] = None
    title: TitleShape
    counted_by: Annotated[list[Dimension], Field(min_length=1, max_length=len(Dimension))]
    window: Window
    rolling_hours: Annotated[int, Field(ge=1, le=ROLLING_HOURS_MAX)] | None = None
    maximum: QuantityShape
    raise_maximum: Annotated[
        QuantityShape | None, Field(description="How far customers may raise it for some hours")
    ] = None
    beyond: Annotated[Beyond, Field(description="`review`: a person looks at what goes beyond")] = (
        Beyond.REFUSE
    )
    operation: Name | None = None
    party_kind: Literal["person", "organisation"] | None = None
    level: Annotated[int, Field(ge=0, le=3)] | None = None
    product: Name | None = None
    channel: Name | None = None

    @classmethod
    def of(cls, rule: Rule) -> "RuleShape":
        """Return the shape of a rule."""
        raised = rule.raise_maximum
        return cls(
            code=rule.code,
            tally=rule.tally,
            title=TitleShape(zh=rule.title.zh, en=rule.title.en),
            counted_by=sorted(rule.counted_by),
            window=rule.window,
            rolling_hours=rule.rolling_hours,
            maximum=QuantityShape.of(rule, rule.maximum),
            raise_maximum=None if raised is None else QuantityShape.of(rule, raised),
            beyond=rule.beyond,
            operation=rule.operation,
            party_kind=rule.party_kind,
            level=rule.level,
            product=rule.product,
            channel=rule.channel,
        )

    def to_domain(self) -> Rule:
        """Return the rule. Raises `RuleWrong`."""
        maximum, measure, currency = self.maximum.measured
        raised = None if self.raise_maximum is None else self.raise_maximum.measured
        if raised is not None and raised[1:] != (measure, currency):
            raise RuleWrong(why="raise_maximum")
        return Rule(
            code=self.code,
            tally=self.tally or "",
            title=Text(zh=self.title.zh, en=self.title.en),
            counted_by=frozenset(self.counted_by),
            window=self.window,
            rolling_hours=self.rolling_hours,
            maximum=maximum,
            raise_maximum=None if raised is None else raised[0],
            measure=measure,
            currency=currency,
            beyond=self.beyond,
            operation=self.operation,
            party_kind=self.party_kind,
            level=self.level,
            product=self.product,
            channel=self.channel,
        )


class LimitRulesOut(Shape):
    """The rules that hold now, by code."""

    model_config = ConfigDict(title="LimitRules")

    items: list[RuleShape]


class RuleVersionOut(Shape):
    """A rule as it held, or holds, from a moment on."""

    model_config = ConfigDict(title="LimitRuleVersion")

    rule: RuleShape
    valid_from: datetime
    valid_until: datetime | None
    set_by: UUID

    @classmethod
    def of(cls, version: Version) -> "RuleVersionOut":
        """Return the shape of a version."""
        return cls(
            rule=RuleShape.of(version.rule),
            valid_from=version.valid_from,
            valid_until=version.valid_until,
            set_by=version.set_by,
        )


class RuleVersionsOut(Shape):
    """The versions of a rule, the newest first."""

    model_config = ConfigDict(title="LimitRuleVersions")

    items: list[RuleVersionOut]
    next: str | None


class NewLimitRule(Shape):
    """A rule, or the next version of one, and why."""

    model_config = ConfigDict(
        title="NewLimitRule",
        json_schema_extra={
            "examples": [
                {
                    "rule": {
                        "code": "new_payee_day",
                        "title": {"zh": "同一收款人每日限额", "en": "To one payee, a day"},
                        "counted_by": ["party", "counterparty"],
                        "window": "day",
                        "maximum": {"amount": {"amount": "900000.00", "currency": "CNY"}},
                        "operation": "payments.transfer",
                        "party_kind": "person",
                    },
                    "reason": "防范电信诈骗",
                }
            ]
        },
    )

    rule: RuleShape
    reason: Reason


class RuleEnd(Shape):
    """Why a rule is to hold no longer."""

    model_config = ConfigDict(
        title="LimitRuleEnd", json_schema_extra={"examples": [{"reason": "规则停用"}]}
    )

    reason: Reason


class EndedRule(RuleEnd):
    """Which rule is to hold no longer."""

    model_config = ConfigDict(title="EndedLimitRule")

    code: Code


class NewReferenceRate(Shape):
    """What one unit of a currency is worth in CNY, for limits alone."""

    model_config = ConfigDict(
        title="NewReferenceRate",
        json_schema_extra={
            "examples": [{"cny_per_unit": "6.65", "reason": "11月20日中间价"}],
        },
    )

    cny_per_unit: RateField
    until: Annotated[
        AwareDatetime | None,
        Field(description="From then on nothing in this currency passes without a newer one"),
    ] = None
    reason: Reason


class ReferenceRateOf(NewReferenceRate):
    """A rate, and of which currency it is."""

    model_config = ConfigDict(title="ReferenceRateOf")

    currency: CurrencyCode


class ReferenceRateOut(Shape):
    """The newest rate of a currency."""

    model_config = ConfigDict(title="ReferenceRate")

    currency: str
    cny_per_unit: Rate
    valid_from: datetime
    valid_until: datetime | None

    @classmethod
    def of(cls, rate: ReferenceRate) -> "ReferenceRateOut":
        """Return the shape of a rate."""
        return cls(
            currency=rate.currency,
            cny_per_unit=rate.cny_per_unit,
            valid_from=rate.valid_from,
            valid_until=rate.valid_until,
        )


class ReferenceRates(Shape):
    """The newest rate of each currency, expired or not."""

    model_config = ConfigDict(title="ReferenceRates")

    items: list[ReferenceRateOut]
