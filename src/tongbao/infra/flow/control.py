"""Flow control at the edge: which limits a request meets, and the headers that tell of them.

The headers are those of draft-ietf-httpapi-ratelimit-headers-09 (March 2025)::

    RateLimit-Policy: "address";q=3000;w=60, "read";q=600;w=60
    RateLimit: "address";r=2999;t=1, "read";r=599;t=1

`r` requests may follow at once; after `t` seconds without any the whole quota is there again.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from starlette.types import Scope

from tongbao.infra.address import address_group, client_address
from tongbao.infra.auth import Actor
from tongbao.infra.connection import Headers
from tongbao.infra.db import Database
from tongbao.infra.flow.errors import Overloaded
from tongbao.infra.flow.gcra import Policy, Verdict
from tongbao.infra.flow.limiter import Limiter
from tongbao.infra.flow.overload import Overload
from tongbao.kernel.ids import uuid_text

RATES: Final[Mapping[str, str]] = {
    "login": "30/60",  # proving who one is, per address; exact, fails closed
    "address": "3000/60",  # everything, per address: many people share one
    "read": "600/60",  # per user
    "write": "300/60",  # per user
    "client": "6000/60",  # per partner client and service
}
LENIENCE: Final = 10_000  # outside production nobody is to meet a limit by accident
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NEVER: Final = ("/health/", "/metrics")
# Whoever may guess at a secret there is slowed down by address, whatever they name.
GUESSABLE: Final = (
    "/api/v1/identity/tokens",
    "/api/v1/identity/sessions",
    "/api/v1/identity/passkey-assertions",
    "/api/v1/identity/oidc",
    "/api/v1/identity/registrations",
    "/api/v1/identity/factor-recoveries",
    "/api/v1/identity/password",
    "/api/v1/oauth/",
    "/api/v1/statements/confirmations",
    "/api/v1/collecting/requests/by-phone",
    "/api/v1/payments/name-checks",
    "/api/v1/payments/receipts/confirmations",
)


def policies(rates: Mapping[str, str], *, lenient: bool) -> dict[str, Policy]:
    """Return the policies by name: the usual ones, changed by `rates`. Raises `ValueError`.

    Those that `rates` does not name are ten thousand times as generous when `lenient`.
    """
    unknown = sorted(rates.keys() - RATES.keys())
    if unknown:
        msg = f"there is no limit {unknown[0]}: {', '.join(RATES)}"
        raise ValueError(msg)
    found = {}
    for name, rate in RATES.items():
        policy = Policy.parse(name, rates.get(name, rate))
        if lenient and name not in rates:
            policy = Policy(name, policy.quota * LENIENCE, policy.window_seconds)
        found[name] = policy
    return found


class Flow:
    """The limits and the overload of one process: a gate (`infra.web.edge`) for its requests."""

    def __init__(self, *, limits: Mapping[str, Policy], overload: Overload) -> None:
        self.policies = limits
        self.overload = overload
        self.limiter = Limiter()

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """Share limits and measure waits while the block runs."""
        database.watch_waits(lambda seconds: self.overload.waited("database", seconds))
        async with self.limiter.running(database), self.overload.running():
            yield

    def guards(self, path: str) -> bool:
        """Tell whether limits are for this path; probes must always be answered."""
        return not path.startswith(_NEVER)

    def enter(self) -> None:
        """Count a request in. Raises `Overloaded` for one that is refused to help the others."""
        if self.overload.refuses():
            raise Overloaded
        self.overload.in_flight += 1

    def leave(self) -> None:
        """Count a request out."""
        self.overload.in_flight -= 1

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Do not count the request as under way while the block runs: it only waits."""
        self.overload.in_flight -= 1
        try:
            yield
        finally:
            self.overload.in_flight += 1

    async def admit(self, scope: Scope) -> None:
        """Judge a request by its address. Raises `TooManyRequests`, `LimitsUnknown`."""
        address = address_group(client_address(scope))
        told = [self.limiter.admit(self.policies["address"], address)]
        scope["state"]["limits"] = told
        if scope["method"] == "POST" and scope["path"].startswith(GUESSABLE):
            told.append(await self.limiter.admit_exactly(self.policies["login"], address))

    def admit_actor(self, scope: Scope, actor: Actor) -> None:
        """Judge a request by who sends it. Raises `TooManyRequests`."""
        if actor.kind == "service":
            name = "client"
        else:
            name = "read" if scope["method"] in _SAFE else "write"
        told: list[Verdict] = scope["state"].setdefault("limits", [])
        if any(each.policy.name == name for each in told):
            return  # it came by the short way first (`infra.web.together`)
        told.append(self.limiter.admit(self.policies[name], uuid_text(actor.id)))

    def headers(self, scope: Scope) -> Headers:
        """Return the headers that tell of the limits a request has met."""
        told: Sequence[Verdict] = scope["state"].get("limits", ())
        if not told:
            return ()
        policies, left = [], []
        for policy, _, remaining, full_in_seconds, _ in told:
            policies.append(policy.declared)
            left.append(f'"{policy.name}";r={remaining};t={full_in_seconds}')
        return (
            (b"ratelimit-policy", ", ".join(policies).encode()),
            (b"ratelimit", ", ".join(left).encode()),
        )
