"""Choosing channels, and watching how they do."""

from collections.abc import Sequence
from datetime import datetime

from tongbao.core.channels.domain.health import Observation
from tongbao.core.channels.domain.instructions import CounterpartyKind, Operation
from tongbao.core.channels.domain.routing import Route
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money


async def route(
    tx: WriteSession,
    *,
    operation: Operation,
    amount: Money,
    counterparty_kind: CounterpartyKind | None,
    at: datetime,
) -> Route:
    """Return the channels that may do it, in order, and why the others may not.

    Raises `NoChannel`, with what keeps each of them from it.
    """
    raise NotImplementedError


async def observe(tx: WriteSession, observations: Sequence[Observation], *, at: datetime) -> None:
    """Note how channels answered; their circuit breakers open and close by it."""
    raise NotImplementedError
