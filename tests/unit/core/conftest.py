"""The routers of the core on one small application, and callers to call them with."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_bytes
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from tests.support.consents import CONFIGURATION
from tongbao.core.accounts.router import api as accounts_api
from tongbao.core.agreements import service as agreements
from tongbao.core.agreements.router import api as agreements_api
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.identity.router import api as identity_api
from tongbao.core.parties import service as parties
from tongbao.core.parties.router import PICTURES_BYTES_MAX, PICTURES_PATH
from tongbao.core.parties.router import api as parties_api
from tongbao.core.parties.router import cases as cases_api
from tongbao.core.statements.router import FILE_BYTES_MAX, FILE_CONFIRMATIONS, documents_api
from tongbao.core.statements.router import api as statements_api
from tongbao.infra.auth import Actor, ActorKind
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.web import install
from tongbao.kernel.ids import new_id

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Caller:
    """Somebody with a token; `party_id` is the party a customer acts for."""

    actor: Actor
    headers: dict[str, str]

    @property
    def party_id(self) -> UUID:
        (only,) = self.actor.party_ids
        return only


RELYING_PARTY = identity.RelyingParty(
    id="localhost", origin="http://localhost:8000", name="通宝 Tongbao"
)


@pytest.fixture(autouse=True)
def _configured() -> None:
    """For each test: another one may have made a whole application, which brings its own."""
    identity.configure(identity.Configuration(relying_party=RELYING_PARTY))
    agreements.configure(CONFIGURATION)


Customer = Callable[[str], Awaitable[Caller]]
Staff = Callable[..., Caller]


def an_address() -> tuple[str, int]:
    """An address that no other test calls from, so that nobody's refusals add up."""
    return ".".join(["10", *map(str, token_bytes(3))]), 5_000


@pytest.fixture
def actors() -> dict[str, Actor]:
    """Actors by token, beside those that log in."""
    return {}


@pytest.fixture
def caller(actors: dict[str, Actor]) -> Callable[..., Caller]:
    def make(
        kind: ActorKind, roles: Iterable[Role], party_ids: frozenset[UUID] = frozenset()
    ) -> Caller:
        actor = Actor(
            id=new_id(),
            kind=kind,
            name="测试",
            party_ids=party_ids,
            permissions=permissions(roles),
        )
        token = f"test-{actor.id}"
        actors[token] = actor
        return Caller(actor, {"Authorization": f"Bearer {token}", "Accept-Language": "en"})

    return make


@pytest.fixture
def customer(database: Database, caller: Callable[..., Caller]) -> Customer:
    """Make a customer who acts for a new person of this name."""

    async def make(name: str) -> Caller:
        async with database.write() as tx:
            party = await parties.register_person(tx, name=name, at=AT)
        return caller("customer", [Role.CUSTOMER], frozenset({party.id}))

    return make


@pytest.fixture
def staff(caller: Callable[..., Caller]) -> Staff:
    """Make a member of staff with some roles."""

    def make(*roles: Role) -> Caller:
        return caller("staff", roles)

    return make


@pytest.fixture
def app(database: Database, actors: dict[str, Actor]) -> FastAPI:
    async def authenticate(session: ReadSession, token: str, at: datetime) -> Actor | None:
        return actors.get(token) or await identity.authenticate(session, token, at)

    made = FastAPI(docs_url=None, redoc_url=None)
    made.state.database = database
    made.state.authenticate = authenticate
    made.state.sessions = identity.BrowserSessions()
    made.state.note_misplaced = identity.note_misplaced_token
    for router in (
        parties_api,
        cases_api,
        identity_api,
        accounts_api,
        agreements_api,
        statements_api,
        documents_api,
    ):
        made.include_router(router)
    larger = {PICTURES_PATH: PICTURES_BYTES_MAX, FILE_CONFIRMATIONS: FILE_BYTES_MAX}
    install(made, larger_bodies=larger)
    return made


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=an_address())
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody's browser: https, and it keeps cookies."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=an_address())
    async with httpx2.AsyncClient(transport=transport, base_url="https://test") as opened:
        yield opened


@pytest.fixture
def problem() -> Callable[[httpx2.Response], tuple[int, str]]:
    """Return status and code of a problem document, and check that it is one."""

    def read(response: httpx2.Response) -> tuple[int, str]:
        assert response.headers["content-type"] == "application/problem+json", response.text
        body = response.json()
        assert body["status"] == response.status_code
        assert body["title"]
        return response.status_code, body["code"]

    return read
