"""Who is asking, looked up for many requests at once (`infra.turns`)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from starlette.types import Scope

from tongbao.infra.auth import Actor, Unauthenticated
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.lines import Line
from tongbao.infra.turns import Turns

AuthenticateMany = Callable[
    [ReadSession | Line, Sequence[str], datetime], Awaitable[Sequence[Actor | None]]
]
"""From several tokens to an actor or `None` for each; see `infra.auth.Authenticate`."""

WAITING_MAX: Final = 5_000
TOKENS_PER_TURN_MAX: Final = 1_000
PATIENCE_SECONDS: Final = 0.002
"""A look-up takes less: without, many small ones would be made. Whoever is looked up together goes
on together, so the turns that come after are larger, too."""


async def authenticate_together(scope: Scope, token: str, at: datetime) -> Actor:
    """Do what `infra.auth.authenticate` does for a bearer `token`, without a transaction.

    Tokens of requests that come at the same time are looked up together, by
    `app.state.authenticate_many`. Each look-up begins after the request came, so a token revoked
    before is refused. It is left to the caller to `infra.auth.remember` the actor.
    """
    state = scope["app"].state
    if not hasattr(state, "authentications"):
        state.authentications = _authentications(state.database, state.authenticate_many)
    turns: Turns[tuple[str, datetime], Actor | None] = state.authentications
    actor = await turns.ask((token, at))
    if actor is None:
        raise Unauthenticated
    return actor


def _authentications(
    database: Database, many: AuthenticateMany
) -> Turns[tuple[str, datetime], Actor | None]:
    async def resolve(
        asked: Sequence[tuple[str, datetime]],
    ) -> Sequence[Actor | None]:
        async with database.lines.read() as line:
            return await many(line, [token for token, _ in asked], max(at for _, at in asked))

    return Turns(
        resolve,
        size_max=TOKENS_PER_TURN_MAX,
        waiting_max=WAITING_MAX,
        patience_seconds=PATIENCE_SECONDS,
    )
