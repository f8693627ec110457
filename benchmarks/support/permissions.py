"""What asking for a permission costs, in microseconds: no database, no clock but the stopwatch."""

import statistics
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Final
from uuid import UUID

from tongbao.core.identity.domain import MemberRole, Role, UnknownCompany
from tongbao.core.identity.service.actors import ActorFacts, actor_of
from tongbao.infra.auth import Actor, Forbidden
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

PARTIES: Final = 100
"""The most a user may act for: the worst case."""
CHECKS: Final = 20_000
ROUNDS: Final = 5


def measure() -> dict[str, float]:
    """Return the median microseconds of a check at a party, and of making an actor of its row."""
    at, pick = now(), Random(7)
    parties = [new_id() for _ in range(PARTIES)]
    facts = ActorFacts(
        actor_id=new_id(),
        kind="customer",
        name="某人",
        roles=[Role.CUSTOMER],
        person_id=None,
        blocked_at=None,
        memberships={str(party): (pick.choice(list(MemberRole)), None) for party in parties},
    )
    actor = actor_of(facts, at=at)
    assert actor is not None
    asked = [pick.choice(parties) for _ in range(CHECKS)]
    return {
        "permission_check_us": _per_call(lambda: _check(actor, asked), CHECKS),
        "actor_of_100_parties_us": _per_call(lambda: actor_of(facts, at=at), 1),
    }


def _check(actor: Actor, asked: Sequence[UUID]) -> int:
    """Ask for a permission at each party, as a service does; return how often it was refused."""
    refused = 0
    for party_id in asked:
        try:
            actor.check("payments:initiate", party_id=party_id, unknown=UnknownCompany())
        except Forbidden:
            refused += 1
    return refused


def _per_call(work: Callable[[], object], calls: int) -> float:
    """Return the median of a few rounds, in microseconds a call."""
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) / calls * 1e6)
    return round(statistics.median(took), 2)
