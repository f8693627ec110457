"""What staff set: terms, rules of routing, reasons."""

from typing import Annotated

from pydantic import ConfigDict, Field

from tongbao.core.channels.domain.errors import SettingWrong
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.core.channels.domain.reasons import NextAction, ReasonEntry
from tongbao.core.channels.domain.routing import (
    RULE_PATTERN,
    OrderBy,
    Rule,
)
from tongbao.core.channels.schemas.base import (
    CURRENCY,
    Because,
    Channel,
    Channels,
    Code,
    Shape,
    Words,
)
from tongbao.core.channels.schemas.channels import ChannelTermsShape
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText
from tongbao.kernel.text import Text


class RoutingRuleShape(Shape):
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
    preferred: Channels = Field(default_factory=list)
    excluded: Channels = Field(default_factory=list)

    @classmethod
    def of(cls, rule: Rule) -> "RoutingRuleShape":
        """Return the shape of a rule."""
        most = rule.amount_max_minor
        return cls(
            code=rule.code,
            position=rule.position,
            operation=rule.operation,
            counterparty_kind=rule.counterparty_kind,
            amount_min=Money(rule.amount_min_minor, CURRENCY).text,
            amount_max=None if most is None else Money(most, CURRENCY).text,
            order_by=rule.order_by,
            preferred=list(rule.preferred),
            excluded=list(rule.excluded),
        )

    def to_domain(self) -> Rule:
        """Return the rule. Raises `SettingWrong`, `money.AmountTooPrecise`."""
        least = 0 if self.amount_min is None else Money.parse(self.amount_min, CURRENCY).minor
        most = None if self.amount_max is None else Money.parse(self.amount_max, CURRENCY).minor
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


class RoutingRulesOut(Shape):
    """The rules of routing that hold now, in their order."""

    model_config = ConfigDict(title="RoutingRules")

    items: list[RoutingRuleShape]


class ReasonWordsShape(Shape):
    """Words for a person."""

    model_config = ConfigDict(title="ReasonWords")

    zh: Words
    en: Words


class ChannelReasonShape(Shape):
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


class ChannelReasonsOut(Shape):
    """What staff have set, then the platform's own reasons."""

    model_config = ConfigDict(title="ChannelReasons")

    items: list[ChannelReasonShape]


class NewChannelTerms(Shape):
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


class NewRoutingRule(Shape):
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


class RoutingRuleEnd(Shape):
    """Why a rule is to hold no longer."""

    model_config = ConfigDict(
        title="RoutingRuleEnd", json_schema_extra={"examples": [{"reason": "规则停用"}]}
    )

    reason: Because


class EndedRoutingRule(RoutingRuleEnd):
    """Which rule is to hold no longer."""

    model_config = ConfigDict(title="EndedRoutingRule")

    code: Code


class NewChannelReason(Shape):
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
