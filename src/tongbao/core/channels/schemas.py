"""API shapes of channels: what they can do and how they do, and what staff set."""

from datetime import time
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.channels.domain.errors import SettingWrong
from tongbao.core.channels.domain.features import Features, Terms
from tongbao.core.channels.domain.health import Circuit, Condition
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.core.channels.domain.reasons import NextAction, ReasonEntry
from tongbao.core.channels.domain.routing import (
    CHANNEL_PATTERN,
    RULE_PATTERN,
    OrderBy,
    Route,
    Rule,
)
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.money_schema import AmountText, MoneyField, RateField
from tongbao.kernel.text import Language, Text

TIME_PATTERN: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
CHANNELS_MAX: Final = 20
Channel = Annotated[str, Field(pattern=CHANNEL_PATTERN, examples=["bank"])]
Code = Annotated[str, Field(pattern=RULE_PATTERN, examples=["large_by_bank"])]
Hour = Annotated[str, Field(pattern=TIME_PATTERN, description="In the bank's time zone")]
Because = Annotated[str, Field(min_length=1, max_length=500, description="Why")]
Words = Annotated[str, Field(min_length=1, max_length=100)]
Channels = Annotated[list[Channel], Field(max_length=CHANNELS_MAX)]
_CURRENCY: Final = "CNY"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChannelTermsShape(_Shape):
    """Cost, limits and hours: a fixed part and a share, the whole between two bounds."""

    model_config = ConfigDict(title="ChannelTerms")

    fee_fixed: MoneyField
    fee_rate: RateField
    fee_min: MoneyField
    fee_max: MoneyField | None = None
    amount_min: MoneyField
    amount_max: MoneyField
    opens: Annotated[Hour, Field(description="The same as `closes`: around the clock")] = "00:00"
    closes: Hour = "00:00"
    business_days_only: bool = False
    is_offered: bool = True

    @classmethod
    def of(cls, terms: Terms, currency: str) -> "ChannelTermsShape":
        """Return the shape of terms."""
        most = terms.fee_max_minor
        return cls(
            fee_fixed=Money(terms.fee_fixed_minor, currency),
            fee_rate=terms.fee_rate,
            fee_min=Money(terms.fee_min_minor, currency),
            fee_max=None if most is None else Money(most, currency),
            amount_min=Money(terms.amount_min_minor, currency),
            amount_max=Money(terms.amount_max_minor, currency),
            opens=f"{terms.opens:%H:%M}",
            closes=f"{terms.closes:%H:%M}",
            business_days_only=terms.business_days_only,
            is_offered=terms.is_offered,
        )

    def to_domain(self, currency: str) -> Terms:
        """Return the terms. Raises `SettingWrong`."""
        amounts = [self.fee_fixed, self.fee_min, self.amount_min, self.amount_max]
        if self.fee_max is not None:
            amounts.append(self.fee_max)
        if any(each.currency != currency or each.minor < 0 for each in amounts):
            raise SettingWrong(why="currency, amount")
        if not Rate.zero() <= self.fee_rate < Rate.parse("1"):
            raise SettingWrong(why="fee_rate")
        if self.fee_max is not None and self.fee_max < self.fee_min:
            raise SettingWrong(why="fee_max")
        if self.amount_max < self.amount_min:
            raise SettingWrong(why="amount_max")
        return Terms(
            fee_fixed_minor=self.fee_fixed.minor,
            fee_rate=self.fee_rate,
            fee_min_minor=self.fee_min.minor,
            fee_max_minor=None if self.fee_max is None else self.fee_max.minor,
            amount_min_minor=self.amount_min.minor,
            amount_max_minor=self.amount_max.minor,
            opens=time.fromisoformat(self.opens),
            closes=time.fromisoformat(self.closes),
            business_days_only=self.business_days_only,
            is_offered=self.is_offered,
        )


class ChannelOperationOut(_Shape):
    """What a channel does, for whom, and on which terms; a null is whoever scans a code."""

    model_config = ConfigDict(title="ChannelOperation")

    operation: Operation
    counterparty_kinds: list[CounterpartyKind | None]
    terms: ChannelTermsShape


class ChannelConditionOut(_Shape):
    """How a channel did in the last ten minutes."""

    model_config = ConfigDict(title="ChannelCondition")

    circuit: Circuit
    answers: int
    good_percent: int
    latency_ms: int

    @classmethod
    def of(cls, condition: Condition) -> "ChannelConditionOut":
        """Return the shape of a condition."""
        return cls(
            circuit=condition.circuit,
            answers=condition.seen,
            good_percent=condition.good_percent,
            latency_ms=condition.latency_ms,
        )


class PaymentChannelOut(_Shape):
    """One channel."""

    model_config = ConfigDict(title="PaymentChannel")

    channel: str
    title: str
    currency: str
    operations: list[ChannelOperationOut]
    condition: ChannelConditionOut

    @classmethod
    def of(
        cls,
        channel: str,
        features: Features,
        terms: dict[Operation, Terms],
        condition: Condition,
        language: Language,
    ) -> "PaymentChannelOut":
        """Return the shape of a channel; `terms` are those that hold."""
        return cls(
            channel=channel,
            title=features.title.say(language),
            currency=features.currency,
            operations=[
                ChannelOperationOut(
                    operation=operation,
                    counterparty_kinds=sorted(kinds, key=str),
                    terms=ChannelTermsShape.of(terms[operation], features.currency),
                )
                for operation, kinds in features.kinds.items()
            ],
            condition=ChannelConditionOut.of(condition),
        )


class PaymentChannelsOut(_Shape):
    """The channels of this installation, by name."""

    model_config = ConfigDict(title="PaymentChannels")

    items: list[PaymentChannelOut]


class RouteCandidateOut(_Shape):
    """A channel that may do it, and why it stands where it does."""

    model_config = ConfigDict(title="RouteCandidate")

    channel: str
    cost: Money
    condition: ChannelConditionOut
    why: str


class RouteLeftOutOut(_Shape):
    """A channel that may not, and why."""

    model_config = ConfigDict(title="RouteLeftOut")

    channel: str
    why: str


class PaymentRouteOut(_Shape):
    """Where a payment would be tried, the first one first."""

    model_config = ConfigDict(title="PaymentRoute")

    candidates: list[RouteCandidateOut]
    left_out: list[RouteLeftOutOut]
    rule: str | None

    @classmethod
    def of(cls, route: Route, language: Language) -> "PaymentRouteOut":
        """Return the shape of a route."""
        return cls(
            candidates=[
                RouteCandidateOut(
                    channel=each.channel,
                    cost=each.cost,
                    condition=ChannelConditionOut.of(each.condition),
                    why=each.why.say(language),
                )
                for each in route.candidates
            ],
            left_out=[
                RouteLeftOutOut(channel=each.channel, why=each.why.say(language))
                for each in route.left_out
            ],
            rule=route.rule,
        )


class RoutingRuleShape(_Shape):
    """What order channels have for what it is about; what is null is about everything.

    Of the rules that fit the one with the smallest position counts. The channels it prefers come
    first, in its order.
    """

    model_config = ConfigDict(title="RoutingRule")

    code: Code
    position: Annotated[int, Field(ge=1, le=1_000)]
    operation: Operation | None = None
    counterparty_kind: CounterpartyKind | None = None
    amount_min: AmountText | None = None
    amount_max: AmountText | None = None
    order_by: OrderBy = OrderBy.COST
    preferred: Channels = []
    excluded: Channels = []

    @classmethod
    def of(cls, rule: Rule) -> "RoutingRuleShape":
        """Return the shape of a rule."""
        most = rule.amount_max_minor
        return cls(
            code=rule.code,
            position=rule.position,
            operation=rule.operation,
            counterparty_kind=rule.counterparty_kind,
            amount_min=Money(rule.amount_min_minor, _CURRENCY).text,
            amount_max=None if most is None else Money(most, _CURRENCY).text,
            order_by=rule.order_by,
            preferred=list(rule.preferred),
            excluded=list(rule.excluded),
        )

    def to_domain(self) -> Rule:
        """Return the rule. Raises `SettingWrong`, `money.AmountTooPrecise`."""
        least = 0 if self.amount_min is None else Money.parse(self.amount_min, _CURRENCY).minor
        most = None if self.amount_max is None else Money.parse(self.amount_max, _CURRENCY).minor
        if least < 0 or (most is not None and most < least):
            raise SettingWrong(why="amount_min, amount_max")
        if len({*self.preferred, *self.excluded}) < len(self.preferred) + len(self.excluded):
            raise SettingWrong(why="preferred, excluded")
        return Rule(
            code=self.code,
            position=self.position,
            operation=self.operation,
            counterparty_kind=self.counterparty_kind,
            amount_min_minor=least,
            amount_max_minor=most,
            order_by=self.order_by,
            preferred=tuple(self.preferred),
            excluded=tuple(self.excluded),
        )


class RoutingRulesOut(_Shape):
    """The rules of routing that hold now, in their order."""

    model_config = ConfigDict(title="RoutingRules")

    items: list[RoutingRuleShape]


class ReasonWordsShape(_Shape):
    """Words for a person."""

    model_config = ConfigDict(title="ReasonWords")

    zh: Words
    en: Words


class ChannelReasonShape(_Shape):
    """What a channel's code means, or what to do about a reason wherever it comes from.

    `channel` and `channel_code` together, or neither.
    """

    model_config = ConfigDict(title="ChannelReason")

    channel: Channel | None = None
    channel_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = None
    reason: Annotated[str, Field(pattern=RULE_PATTERN, examples=["account_blocked"])]
    iso_code: Annotated[str, Field(pattern="^[A-Z0-9]{4}$", examples=["AC06"])]
    action: NextAction
    title: ReasonWordsShape
    is_set: Annotated[bool, Field(description="By staff; else it is what the platform brings")] = (
        True
    )

    def to_domain(self) -> ReasonEntry:
        """Return the entry. Raises `SettingWrong`."""
        if (self.channel is None) != (self.channel_code is None):
            raise SettingWrong(why="channel, channel_code")
        return ReasonEntry(
            reason=self.reason,
            iso_code=self.iso_code,
            action=self.action,
            title=Text(zh=self.title.zh, en=self.title.en),
            channel=self.channel or "",
            channel_code=self.channel_code or "",
        )


class ChannelReasonsOut(_Shape):
    """What staff have set, then the platform's own reasons."""

    model_config = ConfigDict(title="ChannelReasons")

    items: list[ChannelReasonShape]


class NewChannelTerms(_Shape):
    """Terms that are to hold, and why."""

    model_config = ConfigDict(
        title="NewChannelTerms",
        json_schema_extra={
            "examples": [
                {
                    "terms": {
                        "fee_fixed": {"amount": "1.00", "currency": "CNY"},
                        "fee_rate": "0",
                        "fee_min": {"amount": "0.00", "currency": "CNY"},
                        "amount_min": {"amount": "0.01", "currency": "CNY"},
                        "amount_max": {"amount": "50000.00", "currency": "CNY"},
                        "opens": "08:30",
                        "closes": "22:00",
                    },
                    "reason": "通道新价",
                }
            ]
        },
    )

    terms: ChannelTermsShape
    reason: Because


class ChannelTermsOf(NewChannelTerms):
    """Terms, and of which channel and operation."""

    model_config = ConfigDict(title="ChannelTermsOf")

    channel: Channel
    operation: Operation


class NewRoutingRule(_Shape):
    """A rule of routing, or its next version, and why."""

    model_config = ConfigDict(
        title="NewRoutingRule",
        json_schema_extra={
            "examples": [
                {
                    "rule": {
                        "code": "large_by_bank",
                        "position": 10,
                        "operation": "pay_out",
                        "amount_min": "50000.00",
                        "order_by": "success",
                        "preferred": ["bank"],
                    },
                    "reason": "大额走清算行",
                }
            ]
        },
    )

    rule: RoutingRuleShape
    reason: Because


class RoutingRuleEnd(_Shape):
    """Why a rule is to hold no longer."""

    model_config = ConfigDict(
        title="RoutingRuleEnd", json_schema_extra={"examples": [{"reason": "规则停用"}]}
    )

    reason: Because


class EndedRoutingRule(RoutingRuleEnd):
    """Which rule is to hold no longer."""

    model_config = ConfigDict(title="EndedRoutingRule")

    code: Code


class NewChannelReason(_Shape):
    """What a code is to mean, and why."""

    model_config = ConfigDict(
        title="NewChannelReason",
        json_schema_extra={
            "examples": [
                {
                    "entry": {
                        "channel": "card",
                        "channel_code": "62",
                        "reason": "account_blocked",
                        "iso_code": "AC06",
                        "action": "give_up",
                        "title": {"zh": "卡片已被发卡行限制", "en": "The issuer blocked the card"},
                    },
                    "reason": "发卡行通知",
                }
            ]
        },
    )

    entry: ChannelReasonShape
    reason: Because


KindAsked = Literal["bank_account", "card", "wallet", "none"]
