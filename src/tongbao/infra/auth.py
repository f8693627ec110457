"""Who is asking, and what they may do.

A request carries a bearer token. `infra.web.UnitOfWorkRoute` resolves it on the request's own
transaction before anything else is looked at, by the function the composition root put in
`app.state.authenticate`; routers then say what they need::

    @api.get("/accounts/{id}")
    async def read(actor: CurrentActor, ...): ...

    @api.post("/adjustments", dependencies=[Depends(require("ledger:post"))])

Everything under `/api` is closed unless it says `dependencies=[PUBLIC]`;
`assert_all_routes_guarded` holds that in a test.
"""

import asyncio
import hashlib
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import OAuth2PasswordBearer

from tongbao.infra.db import Database, ReadSession
from tongbao.infra.lines import Line
from tongbao.infra.turns import LetNextIn, Turns
from tongbao.kernel.clock import now
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

TOKEN_URL: Final = "/api/v1/identity/tokens"  # noqa: S105 - an address, not a secret
TOKEN_BYTES: Final = 32
TOKEN_LENGTH_MAX: Final = 512

ActorKind = Literal["customer", "staff", "service"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a request acts for: a customer's user, a member of staff or another system.

    `party_ids` are the parties a customer may act for; `permissions` are `module:verb` words.
    `session_id` is the session or family of tokens the request rides on; `factors` is what was
    proven at log-in, of "password", "otp", "totp", "passkey", "client".
    """

    id: UUID
    kind: ActorKind
    name: str
    party_ids: frozenset[UUID] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    session_id: UUID | None = None
    factors: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Tell whether this actor holds `permission`."""
        return permission in self.permissions


Authenticate = Callable[[ReadSession, str, datetime], Awaitable[Actor | None]]
"""From token to actor at an instant; `None` for a token that is unknown, revoked or expired."""

AuthenticateMany = Callable[
    [ReadSession | Line, Sequence[str], datetime], Awaitable[Sequence[Actor | None]]
]
"""The same for several tokens, an actor or `None` for each."""

WAITING_MAX: Final = 5_000
TOKENS_PER_TURN_MAX: Final = 1_000


class Unauthenticated(TongbaoError):
    """No token, or one that is good for nothing."""

    code = "auth.unauthenticated"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="请先登录", en="Please log in")
    detail = Text(
        zh="缺少访问令牌，或令牌无效、已过期。",
        en="The access token is missing, invalid or expired.",
    )


class Forbidden(TongbaoError):
    """The actor is known and may not do this."""

    code = "auth.forbidden"
    kind = Kind.FORBIDDEN
    title = Text(zh="没有权限", en="Not permitted")
    detail = Text(
        zh="此操作需要权限 {permission}。",
        en="This needs the permission {permission}.",
    )

    def __init__(self, *, permission: str) -> None:
        super().__init__(permission=permission)


_bearer = OAuth2PasswordBearer(tokenUrl=TOKEN_URL, scheme_name="bearer", auto_error=False)


def bearer_token(request: Request) -> str:
    """Return the request's bearer token (RFC 6750, header only).

    Raises `Unauthenticated` when there is none, more than one, or something else in its place.
    """
    values = request.headers.getlist("authorization")
    if len(values) != 1:
        raise Unauthenticated
    scheme, _, token = values[0].partition(" ")
    token = token.strip()
    well_formed = token.isascii() and token.isprintable() and " " not in token
    if scheme.lower() != "bearer" or not well_formed or not 0 < len(token) <= TOKEN_LENGTH_MAX:
        raise Unauthenticated
    return token


async def authenticate(request: Request, session: ReadSession, at: datetime) -> Actor:
    """Resolve the request's token to an actor and remember it on the request.

    Raises `Unauthenticated`.
    """
    resolve: Authenticate = request.app.state.authenticate
    actor = await resolve(session, bearer_token(request), at)
    if actor is None:
        raise Unauthenticated
    request.state.actor = actor
    return actor


async def authenticate_together(request: Request, at: datetime) -> Actor | None:
    """Do the same without a transaction of the request's own; None where that is impossible.

    Requests that come at the same time are looked up together, by `app.state.authenticate_many`.
    Each look-up begins after the request came, so a token revoked before is refused.
    """
    state = request.app.state
    many: AuthenticateMany | None = getattr(state, "authenticate_many", None)
    if many is None:
        return None
    if not hasattr(state, "authentications"):
        state.authentications = _authentications(state.database, many)
    turns: Turns[tuple[str, datetime], Actor | None] = state.authentications
    actor = await turns.ask((bearer_token(request), at))
    if actor is None:
        raise Unauthenticated
    request.state.actor = actor
    return actor


def _authentications(
    database: Database, many: AuthenticateMany
) -> Turns[tuple[str, datetime], Actor | None]:
    async def resolve(
        asked: Sequence[tuple[str, datetime]], _let_next_in: LetNextIn
    ) -> Sequence[Actor | None]:
        async with database.lines.read() as line:
            return await many(line, [token for token, _ in asked], max(at for _, at in asked))

    return Turns(resolve, size_max=TOKENS_PER_TURN_MAX, waiting_max=WAITING_MAX)


async def current_actor(
    request: Request, _token: Annotated[str | None, Depends(_bearer)] = None
) -> Actor:
    """Return the actor; `UnitOfWorkRoute` has found it already, other routes look it up here."""
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    database: Database = request.app.state.database
    async with database.read() as session:
        return await authenticate(request, session, now())


CurrentActor = Annotated[Actor, Depends(current_actor)]


@dataclass(frozen=True, slots=True)
class Require:
    """A dependency that lets pass only actors with one permission."""

    permission: str

    def check(self, actor: Actor) -> Actor:
        """Return the actor; raises `Forbidden`."""
        if not actor.may(self.permission):
            raise Forbidden(permission=self.permission)
        return actor

    async def __call__(self, actor: CurrentActor) -> Actor:
        """Do the same as a dependency."""
        return self.check(actor)


def require(permission: str) -> Require:
    """Return the dependency for `Depends(require("module:verb"))`; it yields the actor."""
    return Require(permission)


async def public() -> None:
    """Mark a route as open to everyone; it does nothing but be seen."""


PUBLIC = Depends(public)


@dataclass(frozen=True, slots=True)
class Guards:
    """What a route asks of its caller, read from its dependencies."""

    authenticated: bool
    public: bool
    permissions: tuple[Require, ...]


def dependencies_of(dependant: Dependant) -> Iterator[Dependant]:
    """Yield every dependency below `dependant`, at any depth."""
    for child in dependant.dependencies:
        yield child
        yield from dependencies_of(child)


def guards_of(dependant: Dependant) -> Guards:
    """Return what the dependencies of a route ask of its caller."""
    calls = [each.call for each in dependencies_of(dependant)]
    return Guards(
        authenticated=current_actor in calls,
        public=public in calls,
        permissions=tuple(call for call in calls if isinstance(call, Require)),
    )


def unguarded_routes(app: FastAPI, *, under: str = "/api") -> list[str]:
    """Return `METHOD path` of each route below `under` with neither a guard nor `PUBLIC`.

    Anything there that is not a FastAPI route (a mount, a plain Starlette route) cannot be
    guarded by dependencies and is listed too.
    """
    found: list[str] = []
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if not (path == under or path.startswith(f"{under}/")):
            continue
        dependant = getattr(context, "dependant", None)
        if isinstance(dependant, Dependant):
            guards = guards_of(dependant)
            if guards.authenticated or guards.public:
                continue
        found.extend(f"{method} {path}" for method in sorted(context.methods or {"*"}))
    return found


def assert_all_routes_guarded(app: FastAPI) -> None:
    """Raise `AssertionError` naming every API route that forgot to say who may call it."""
    open_routes = unguarded_routes(app)
    assert not open_routes, f"routes without a guard and not marked PUBLIC: {open_routes}"


# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane (34 ms measured).
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Four at a time: bounds the memory (76 MiB) and leaves cores for everybody else.
_THREADS: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")


def _normalised(password: str) -> str:
    """Return the password as NIST SP 800-63B 5.1.1.2 wants it hashed, whatever the keyboard."""
    return unicodedata.normalize("NFKC", password)


def _verify(password: str, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, _normalised(password))
    except VerifyMismatchError:
        return False


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, computed in a thread."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _HASHER.hash, _normalised(password))


async def verify_password(password: str, password_hash: str) -> bool:
    """Tell whether `password` belongs to `password_hash`, computed in a thread.

    Raises `argon2.exceptions.InvalidHashError` for something that is no argon2 hash.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _verify, password, password_hash)


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's; replace it at log-in."""
    return _HASHER.check_needs_rehash(password_hash)


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token: what is stored, so that a stolen table opens nothing.

    A plain hash is enough because a token has 256 random bits; there is nothing to guess.
    """
    return hashlib.sha256(token.encode()).digest()


def new_token() -> tuple[str, bytes]:
    """Return a fresh token for the caller and its hash for the database."""
    token = f"tb_{secrets.token_urlsafe(TOKEN_BYTES)}"
    return token, token_hash(token)
