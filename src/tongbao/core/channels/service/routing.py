"""Choosing channels by their terms, the rules of staff and how they have been doing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tongbao.core.channels.domain.errors import NoChannel
from tongbao.core.channels.domain.features import Terms
from tongbao.core.channels.domain.health import Circuit, Condition
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.core.channels.domain.routing import (
    NO_RULE,
    Asked,
    Offer,
    Route,
    choose,
    hindrance,
    rule_for,
)
from tongbao.core.channels.gateways.plugin import Gateway
from tongbao.core.channels.service.configuration import current
from tongbao.core.channels.service.health import breakers, take_probe
from tongbao.core.channels.service.settings import rules, terms_set
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import BANK_ZONE, MainlandCalendar
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

CALENDAR = MainlandCalendar()


async def route(
    tx: WriteSession,
    *,
    operation: Operation,
    amount: Money,
    counterparty_kind: CounterpartyKind | None,
    at: datetime,
    only: str | None = None,
) -> Route:
    """Return the channels that may do it, in order, and why the others may not.

    Where somebody has chosen a channel it is `only` that one, or none.

    A channel that failed comes first when it is this payment that probes it: whoever asks for a
    route is to use it, and to say by `observe` what came of it.

    Raises `NoChannel`, with what keeps each of them from it.
    """
    asked = _asked(operation, amount, counterparty_kind, at)
    holding = await rules(tx, at=at)
    rule = rule_for(asked, holding)
    offers = []
    for offer in await _offers(tx, operation, at=at):
        if only not in (None, offer.channel):
            continue
        failing = offer.condition.circuit is not Circuit.CLOSED
        if failing and hindrance(asked, offer, rule) is None:
            probes = await take_probe(tx, offer.channel, at=at)
            offers.append(replace(offer, is_probe=probes))
        else:
            offers.append(offer)
    found = choose(asked, offers, holding)
    if not found.candidates:
        raise NoChannel(why=_whys(found))
    return found


async def preview(
    tx: ReadSession,
    *,
    operation: Operation,
    amount: Money,
    counterparty_kind: CounterpartyKind | None,
    at: datetime,
) -> Route:
    """Return what the route would be; nothing is probed, and no candidate is an answer, too."""
    asked = _asked(operation, amount, counterparty_kind, at)
    return choose(asked, await _offers(tx, operation, at=at), await rules(tx, at=at))


async def offered(
    tx: ReadSession,
    *,
    operation: Operation,
    counterparty_kind: CounterpartyKind | None,
    at: datetime,
) -> list[Offer]:
    """Return which channels do it now for some amount, whatever rules say of single payments."""
    found = []
    for offer in await _offers(tx, operation, at=at):
        terms = offer.terms
        if terms is None or offer.condition.circuit is Circuit.OPEN:
            continue
        least = Money(terms.amount_min_minor, offer.features.currency)
        if hindrance(_asked(operation, least, counterparty_kind, at), offer, NO_RULE) is None:
            found.append(offer)
    return found


async def conditions(tx: ReadSession, *, at: datetime) -> dict[str, Condition]:
    """Return how each channel of this process does."""
    seen = await breakers(tx)
    return {
        channel: seen[channel].condition(at) if channel in seen else Condition()
        for channel in current().gateways
    }


async def _offers(tx: ReadSession, operation: Operation, *, at: datetime) -> list[Offer]:
    told, how = await terms_set(tx, at=at), await conditions(tx, at=at)
    return [
        Offer(
            channel=channel,
            features=gateway.features,
            terms=_terms(told, channel, gateway, operation),
            condition=how[channel],
        )
        for channel, gateway in sorted(current().gateways.items())
    ]


def _terms(
    told: Mapping[tuple[str, Operation], Terms],
    channel: str,
    gateway: Gateway,
    operation: Operation,
) -> Terms | None:
    return told.get((channel, operation)) or gateway.features.terms.get(operation)


def _asked(
    operation: Operation, amount: Money, kind: CounterpartyKind | None, at: datetime
) -> Asked:
    local = at.astimezone(BANK_ZONE)
    return Asked(
        operation=operation,
        amount=amount,
        kind=kind,
        moment=local.time(),
        is_business_day=CALENDAR.is_business_day(local.date()),
    )


def _whys(found: Route) -> Text:
    """Return what keeps each channel from it, as one sentence."""
    if not found.left_out:
        return Text(zh="未配置任何支付通道", en="no payment channel is configured")
    return Text(
        zh=";".join(f"{each.channel} {each.why.zh}" for each in found.left_out),
        en="; ".join(f"{each.channel} {each.why.en}" for each in found.left_out),
    )
