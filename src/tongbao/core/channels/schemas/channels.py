"""What channels can do, on which terms, how they do, and where a payment would go."""

from datetime import time
from typing import Annotated

from pydantic import ConfigDict, Field

from tongbao.core.channels.domain.errors import SettingWrong
from tongbao.core.channels.domain.features import Features, Terms
from tongbao.core.channels.domain.health import Circuit, Condition
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.core.channels.domain.routing import (
    Route,
)
from tongbao.core.channels.schemas.base import (
    Hour,
    Shape,
)
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.money_schema import MoneyField, RateField
from tongbao.kernel.text import Language


class ChannelTermsShape(Shape):
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


class ChannelOperationOut(Shape):
    """What a channel does, for whom, and on which terms; a null is whoever scans a code."""

    model_config = ConfigDict(title="ChannelOperation")

    operation: Operation
    counterparty_kinds: list[CounterpartyKind | None]
    terms: ChannelTermsShape


class ChannelConditionOut(Shape):
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


class PaymentChannelOut(Shape):
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


class PaymentChannelsOut(Shape):
    """The channels of this installation, by name."""

    model_config = ConfigDict(title="PaymentChannels")

    items: list[PaymentChannelOut]


class RouteCandidateOut(Shape):
    """A channel that may do it, and why it stands where it does."""

    model_config = ConfigDict(title="RouteCandidate")

    channel: str
    cost: Money
    condition: ChannelConditionOut
    why: str


class RouteLeftOutOut(Shape):
    """A channel that may not, and why."""

    model_config = ConfigDict(title="RouteLeftOut")

    channel: str
    why: str


class PaymentRouteOut(Shape):
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
