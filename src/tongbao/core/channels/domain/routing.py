"""Which channel is to do it: candidates in order, each with the reason in words.

A channel is left out that does not do such a thing, not for this amount, not now, that a rule
excludes or whose breaker is open. Of the others those a rule prefers come first, in its order, then
the rest by cost, by share of good answers, or by speed; what is left equal is ordered by name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from tongbao.core.channels.domain.features import Features, Terms
from tongbao.core.channels.domain.health import Circuit, Condition
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

RULE_PATTERN: Final = r"^[a-z][a-z0-9_]{2,63}$"
CHANNEL_PATTERN: Final = r"^[a-z][a-z0-9-]{1,31}$"


class OrderBy(StrEnum):
    """What counts most among channels that a rule does not name."""

    COST = "cost"
    SUCCESS = "success"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What order channels have, for what it is about; None and zero are about everything."""

    code: str
    position: int
    operation: Operation | None = None
    counterparty_kind: CounterpartyKind | None = None
    amount_min_minor: int = 0
    amount_max_minor: int | None = None
    order_by: OrderBy = OrderBy.COST
    preferred: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def fits(self, asked: "Asked") -> bool:
        """Tell whether the rule is about it."""
        minor = asked.amount.minor
        return (
            self.operation in (None, asked.operation)
            and self.counterparty_kind in (None, asked.kind)
            and self.amount_min_minor <= minor
            and (self.amount_max_minor is None or minor <= self.amount_max_minor)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be done, and when: the time of day at the bank."""

    operation: Operation
    amount: Money
    kind: CounterpartyKind | None
    moment: time
    is_business_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One channel as it stands; `is_probe`: its breaker lets this one through."""

    channel: str
    features: Features
    terms: Terms | None
    condition: Condition
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A channel that may do it; `cost` is what it takes for it."""

    channel: str
    cost: Money
    condition: Condition
    why: Text


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A channel that may not, and why."""

    channel: str
    why: Text


@dataclass(frozen=True, slots=True)
class Route:
    """Where to try, the first one first; `rule` is the code of the rule that set the order."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    rule: str | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(each.channel for each in self.candidates)


NO_RULE: Final = Rule(code="none", position=0)


def rule_for(asked: Asked, rules: Iterable[Rule]) -> Rule:
    """Return the first rule that fits, by position and then by code."""
    fitting = (rule for rule in rules if rule.fits(asked))
    return min(fitting, key=lambda rule: (rule.position, rule.code), default=NO_RULE)


def hindrance(asked: Asked, offer: Offer, rule: Rule) -> Text | None:
    """Return what keeps a channel from it, its breaker aside; None if nothing does."""
    features, terms = offer.features, offer.terms
    if terms is None or not features.offers(asked.operation, asked.kind):
        return Text(zh="不支持此业务", en="does not do this")
    if not terms.is_offered:
        return Text(zh="已停用", en="is switched off")
    currency = asked.amount.currency
    if currency != features.currency:
        return Text(zh=f"不支持币种 {currency}", en=f"does not take {currency}")
    if offer.channel in rule.excluded:
        return Text(zh=f"规则 {rule.code} 排除", en=f"is excluded by the rule {rule.code}")
    return _bounds(asked, terms)


def _bounds(asked: Asked, terms: Terms) -> Text | None:
    amount = asked.amount
    if not terms.amount_min_minor <= amount.minor <= terms.amount_max_minor:
        least = Money(terms.amount_min_minor, amount.currency).text
        most = Money(terms.amount_max_minor, amount.currency).text
        return Text(zh=f"金额须在 {least} 至 {most} 之间", en=f"takes {least} to {most} only")
    if not terms.is_open(asked.moment, is_business_day=asked.is_business_day):
        hours = f"{terms.opens:%H:%M}-{terms.closes:%H:%M}"
        return Text(zh=f"不在服务时间内（{hours}）", en=f"is closed now ({hours})")
    return None


def choose(asked: Asked, offers: Sequence[Offer], rules: Iterable[Rule]) -> Route:
    """Return the channels in order, and those left out."""
    rule = rule_for(asked, rules)
    candidates, left_out = [], []
    for offer in offers:
        why = hindrance(asked, offer, rule)
        if why is None and offer.condition.circuit is not Circuit.CLOSED and not offer.is_probe:
            why = Text(zh="已熔断，等待恢复", en="fails, and rests")
        if why is not None:
            left_out.append(LeftOut(offer.channel, why))
            continue
        assert offer.terms is not None, "without terms it is left out"
        cost = offer.terms.cost(asked.amount)
        candidates.append(
            (_rank(offer, cost, rule), Candidate(offer.channel, cost, offer.condition,
                                                 _why(offer, cost, rule)))
        )  # fmt: skip
    candidates.sort(key=lambda ranked: ranked[0])
    return Route(
        tuple(each for _, each in candidates),
        tuple(left_out),
        None if rule is NO_RULE else rule.code,
    )


def _rank(offer: Offer, cost: Money, rule: Rule) -> tuple[bool, int, tuple[int, ...], str]:
    """Return what to order by: a probe, what the rule prefers, what counts, the name."""
    preferred = rule.preferred
    place = preferred.index(offer.channel) if offer.channel in preferred else len(preferred)
    bad, slow = 100 - offer.condition.good_percent, offer.condition.latency_ms
    measured = {
        OrderBy.COST: (cost.minor, bad, slow),
        OrderBy.SUCCESS: (bad, cost.minor, slow),
        OrderBy.LATENCY: (slow, cost.minor, bad),
    }[rule.order_by]
    return not offer.is_probe, place, measured, offer.channel


def _why(offer: Offer, cost: Money, rule: Rule) -> Text:
    condition = offer.condition
    zh = f"手续费 {cost.text}，成功率 {condition.good_percent}%，{condition.latency_ms} 毫秒"
    en = f"costs {cost.text}, {condition.good_percent} % good, {condition.latency_ms} ms"
    if offer.is_probe:
        return Text(zh=f"熔断后试探；{zh}", en=f"probed after it failed; {en}")
    if offer.channel in rule.preferred:
        return Text(zh=f"规则 {rule.code} 优先；{zh}", en=f"preferred by {rule.code}; {en}")
    return Text(zh=zh, en=en)
