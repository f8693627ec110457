"""Who is asking, and what they may do.

A request carries a bearer token, or a browser's session cookie, never both.
`infra.web.UnitOfWorkRoute` resolves it on the request's own transaction before anything else is
looked at, by what the composition root put in `app.state.authenticate` and `app.state.sessions`;
routers then say what they need::

    @api.get("/accounts/{id}")
    async def read(actor: CurrentActor, ...): ...

    @api.post("/adjustments", dependencies=[Depends(require("ledger:post"))])

Everything under `/api` is closed unless it says `dependencies=[PUBLIC]`;
`infra.guards.assert_all_routes_guarded` holds that in a test.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, Literal, Protocol
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.security import OAuth2PasswordBearer
from starlette.types import Scope

from tongbao.infra import browser
from tongbao.infra.address import Network, client_address, parse_address, within
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.clock import now
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

TOKEN_URL: Final = "/api/v1/identity/tokens"  # noqa: S105 - an address, not a secret
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_BYTES: Final = 32
TOKEN_LENGTH_MAX: Final = 512

ActorKind = Literal["customer", "staff", "service"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a request acts for: a customer's user, a member of staff or another system.

    `party_ids` are the parties a customer may act for; `permissions` are `module:verb` words, and
    `grants` says for each party which of them hold there, for a user may be a maker in one firm and
    only look in another. An actor made without `grants` has its permissions at every party.
    `session_id` is the session or token the request rides on; `factors` is what was proven at
    log-in: password, otp, totp, passkey, client. `person_id` is the natural person behind the
    log-in, where known: two log-ins of one person are not four eyes. `roles` are the names of what
    `permissions` come from, for the audit trail; nothing is decided by them. `networks` are those
    the actor may call from; none means anywhere. `device_id` is the known device of a browser's
    session; None for a bearer token. `standing` is a digest of all that the database said of the
    actor (`infra.standing`); None where that alone does not tell what they may do later.
    """

    id: UUID
    kind: ActorKind
    name: str
    party_ids: frozenset[UUID] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    session_id: UUID | None = None
    factors: frozenset[str] = frozenset()
    grants: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    person_id: UUID | None = None
    roles: tuple[str, ...] = ()
    networks: Sequence[Network] = ()
    device_id: UUID | None = None
    standing: bytes | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Spread the permissions over the parties where nobody said what is granted at each."""
        if self.party_ids and not self.grants:
            object.__setattr__(self, "grants", dict.fromkeys(self.party_ids, self.permissions))

    def may(self, permission: str, *, party_id: UUID | None = None) -> bool:
        """Tell whether this actor holds `permission`, at this party if one is named."""
        if party_id is None:
            return permission in self.permissions
        return permission in self.grants.get(party_id, ())

    def reach(self, any_permission: str, party_id: UUID | None = None) -> frozenset[UUID] | None:
        """Return whose things this actor sees: its own parties', or everybody's (None).

        Everybody's takes `any_permission`. With a `party_id` it is that party's alone, if seen.
        """
        seen = None if self.may(any_permission) else self.party_ids
        if party_id is None:
            return seen
        return frozenset({party_id}) if seen is None else seen & {party_id}

    def check(self, permission: str, *, party_id: UUID, unknown: TongbaoError) -> None:
        """Raise `unknown` for a party the actor does not act for, `Forbidden` for one they do.

        So what is not theirs looks like what does not exist, and what is theirs says what is
        missing.
        """
        if party_id not in self.party_ids:
            raise unknown
        if not self.may(permission, party_id=party_id):
            raise Forbidden(permission=permission)

    def may_call_from(self, address: str) -> bool:
        """Tell whether a request from this address may be this actor's."""
        return not self.networks or within(parse_address(address), self.networks)

    def is_same_person(self, *, user_id: UUID, person_id: UUID | None) -> bool:
        """Tell whether this is that user, or another log-in of the same person."""
        return self.id == user_id or (person_id is not None and person_id == self.person_id)


Authenticate = Callable[[ReadSession, str, datetime], Awaitable[Actor | None]]
"""From token to actor at an instant; `None` for a token that is unknown, revoked or expired."""

FindActor = Callable[[ReadSession, UUID, datetime], Awaitable[Actor | None]]
"""From a user's id to what they may do at an instant; `None` for one unknown or blocked."""


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """Whom a session's secret stands for; `upkeep`: something about it is to be written down."""

    actor: Actor
    session_id: UUID
    upkeep: bool


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What takes the place of a session's secret in the browser."""

    secret: str
    seconds: int


class Sessions(Protocol):
    """The sessions of browsers, as the module that keeps them offers them to the edge."""

    async def find(self, session: ReadSession, secret: str, at: datetime) -> BrowserSession | None:
        """Return what a secret stands for; `None` if nothing. Raises `SecretReused`."""

    async def keep(self, tx: WriteSession, secret: str, at: datetime) -> NewSecret | None:
        """Write down that a secret was shown; return what is to replace it, if something is."""


class Unauthenticated(TongbaoError):
    """No token, or one that is good for nothing."""

    code = "auth.unauthenticated"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="请先登录", en="Please log in")
    detail = Text(
        zh="缺少访问令牌，或令牌无效、已过期。",
        en="The access token is missing, invalid or expired.",
    )


class SecretReused(Unauthenticated):
    """A session's secret that was replaced long ago: two parties have held it."""

    code = "auth.session_ended"
    title = Text(zh="会话已结束", en="The session has ended")
    detail = Text(
        zh="此会话的旧凭据被再次使用，为安全起见会话已结束，请重新登录。",
        en="An old secret of this session was used again. To be safe the session has ended; "
        "please log in.",
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


class AddressNotAllowed(TongbaoError):
    """A good token, shown from outside the networks that its owner calls from."""

    code = "auth.address_not_allowed"
    kind = Kind.FORBIDDEN
    title = Text(zh="此地址不在许可范围", en="Not allowed from this address")
    detail = Text(
        zh="此客户端登记了调用地址范围，{address} 不在其中；令牌已作废，请在许可的网络内重新申请。",
        en="This client has registered the networks it calls from, and {address} is in none of "
        "them. The token has been revoked; ask for another from an allowed network.",
    )

    def __init__(self, *, address: str) -> None:
        super().__init__(address=address)


_bearer = OAuth2PasswordBearer(tokenUrl=TOKEN_URL, scheme_name="bearer", auto_error=False)


def bearer_token(request: Request) -> str:
    """Return the request's bearer token (RFC 6750, header only).

    Raises `Unauthenticated` when there is none, more than one, or something else in its place.
    """
    values = request.headers.getlist("authorization")
    if len(values) != 1:
        raise Unauthenticated
    return read_bearer(values[0])


def read_bearer(header: str) -> str:
    """Return the token in the value of `Authorization`. Raises `Unauthenticated`."""
    scheme, _, token = header.partition(" ")
    token = token.strip()
    well_formed = token.isascii() and token.isprintable() and " " not in token
    if scheme.lower() != "bearer" or not well_formed or not 0 < len(token) <= TOKEN_LENGTH_MAX:
        raise Unauthenticated
    return token


def session_secret(request: Request) -> str | None:
    """Return the secret in the session's cookie; `None` for a request that rides on a token.

    Raises `Unauthenticated` for neither of the two and `browser.AmbiguousCredentials` for both.
    """
    secret = browser.cookie_of(request, browser.SESSION)
    if secret is None:
        bearer_token(request)
        return None
    if "authorization" in request.headers:
        raise browser.AmbiguousCredentials
    return secret


def remember(scope: Scope, actor: Actor) -> None:
    """Put the actor on the request, unless they call from elsewhere or have asked too often.

    Raises `AddressNotAllowed`, and what `app.state.admit` raises, if the composition root has put
    one there.
    """
    address = client_address(scope)
    if not actor.may_call_from(address):
        raise AddressNotAllowed(address=address)
    scope["state"]["actor"] = actor
    admit: Callable[[Scope, Actor], None] | None = getattr(scope["app"].state, "admit", None)
    if admit is not None:
        admit(scope, actor)


async def authenticate(request: Request, session: ReadSession, at: datetime) -> Actor:
    """Resolve the request's token or session to an actor and remember it on the request.

    Raises `Unauthenticated`, and for a session what `browser.check_csrf` raises unless the
    request only reads.
    """
    secret = session_secret(request)
    if secret is None:
        resolve: Authenticate = request.app.state.authenticate
        actor = await resolve(session, bearer_token(request), at)
    else:
        actor = await _browsing(request, session, secret, at)
    if actor is None:
        raise Unauthenticated
    remember(request.scope, actor)
    return actor


async def _browsing(
    request: Request, session: ReadSession, secret: str, at: datetime
) -> Actor | None:
    sessions: Sessions | None = getattr(request.app.state, "sessions", None)
    found = None if sessions is None else await sessions.find(session, secret, at)
    if found is None:
        return None
    if request.method not in SAFE_METHODS:
        browser.check_csrf(request, found.session_id.bytes)
    request.state.upkeep = found.upkeep
    return found.actor


async def keep_session(request: Request, response: Response | None, at: datetime) -> None:
    """Write down what is due about the session a request rode on; renew the browser's cookie.

    In a transaction of its own, after the request's: a GET could not write, and what failed must
    not take a renewed secret with it. `response` is None when the secret was refused as reused.
    """
    if response is not None and not getattr(request.state, "upkeep", False):
        return
    secret = browser.cookie_of(request, browser.SESSION)
    assert secret is not None
    database: Database = request.app.state.database
    sessions: Sessions = request.app.state.sessions
    async with database.write() as tx:
        renewed = await sessions.keep(tx, secret, at)
    if renewed is None or response is None:
        return
    if not browser.sets_cookie(request, response, browser.SESSION):
        browser.set_cookie(
            request, response, browser.SESSION, renewed.secret, seconds=renewed.seconds
        )


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


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token: what is stored, so that a stolen table opens nothing.

    A plain hash is enough because a token has 256 random bits; there is nothing to guess.
    """
    return hashlib.sha256(token.encode()).digest()


def new_token() -> tuple[str, bytes]:
    """Return a fresh token for the caller and its hash for the database."""
    token = f"tb_{secrets.token_urlsafe(TOKEN_BYTES)}"
    return token, token_hash(token)
