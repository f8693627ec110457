"""A client's networks: looked at with every call, whatever a caller says of its own address."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.support.partners import CLIENTS, GRANT, TOKEN, basic
from tests.unit.core.conftest import AT, Caller, Customer, Staff
from tests.unit.core.identity.people import PASSWORD
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import MemberRole, Role, UserKind
from tongbao.core.identity.domain.clients import NetworksMalformed, clean_networks
from tongbao.core.identity.router import api as identity_api
from tongbao.core.identity.service import clients
from tongbao.core.identity.service.misplaced import NOTED_EVERY, tell_of_misplaced
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.settings import Settings
from tongbao.infra.web import install
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

ME = "/api/v1/identity/me"
PROXY = "198.51.100.9"
NETWORKS = ["203.0.113.0/24", "2001:db8::/32"]
REFUSED = (403, "auth.address_not_allowed")
OVER = (401, "auth.unauthenticated")
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture
def app(app: FastAPI, database: Database) -> FastAPI:
    """The application behind one trusted proxy."""
    made = FastAPI(docs_url=None, redoc_url=None)
    made.state.settings = Settings(public_url="https://bank.example")
    for name in ("authenticate", "sessions", "note_misplaced"):
        setattr(made.state, name, getattr(app.state, name))
    made.state.database = database
    made.include_router(identity_api)
    install(made, trusted_proxies=[ip_network(PROXY)])
    return made


@dataclass(frozen=True)
class Partner:
    """A client that calls from some networks, and the staff that looks after it."""

    app: FastAPI
    manager: Caller
    id: str
    secret: str

    @asynccontextmanager
    async def at(self, address: str) -> AsyncIterator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(
            app=self.app, raise_app_exceptions=False, client=(address, 5_000)
        )
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as opened:
            yield opened

    async def call(
        self, token: str, *, address: str, path: str = ME, **headers: str
    ) -> httpx2.Response:
        async with self.at(address) as http:
            sent = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **headers}
            return await http.get(path, headers=sent)

    async def token(self) -> str:
        async with self.at("203.0.113.7") as http:
            answer = await http.post(TOKEN, data=GRANT, headers=basic(self.id, self.secret))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def seen(self) -> tuple[object, bool]:
        """Return from where a token was last shown outside the networks, and if it says when."""
        answer = await self.call_as_manager("GET")
        return answer["misplaced_from"], answer["misplaced_at"] is not None

    async def call_as_manager(self, method: str, body: object = None) -> dict[str, object]:
        async with self.at("192.0.2.1") as http:
            path = f"{CLIENTS}/{self.id}"
            answer = await http.request(method, path, json=body, headers=self.manager.headers)
        assert answer.status_code == 200, answer.text
        document: dict[str, object] = answer.json()
        return document


@pytest.fixture
async def partner(app: FastAPI, database: Database, staff: Staff, customer: Customer) -> Partner:
    firm = await customer("云帆贸易")
    async with database.write() as tx:
        made, secret = await clients.register_client(
            tx,
            name="云帆 ERP",
            party_id=firm.party_id,
            scopes=["payments:initiate"],
            networks=NETWORKS,
            at=now(),  # a secret lasts for a year
        )
    assert secret is not None
    return Partner(app, staff(Role.STAFF_OPERATIONS), str(made.id), secret)


@pytest.mark.parametrize("address", ["203.0.113.255", "2001:db8:ffff::1", "::ffff:203.0.113.9"])
async def test_calls_from_the_networks_pass(partner: Partner, address: str) -> None:
    token = await partner.token()
    assert (await partner.call(token, address=address)).status_code == 200
    assert await partner.seen() == (None, False)


@pytest.mark.parametrize(
    "address", ["203.0.114.0", "10.0.0.1", "2001:db9::1", "::1", "::ffff:203.0.114.1"]
)
async def test_a_stolen_token_is_refused_and_ends(
    partner: Partner, address: str, problem: Problem, database: Database
) -> None:
    token = await partner.token()
    refused = await partner.call(token, address=address)
    assert problem(refused) == REFUSED
    shown = address.removeprefix("::ffff:")
    assert refused.json()["address"] == shown
    assert shown in refused.json()["detail"]
    assert problem(await partner.call(token, address=address)) == OVER
    assert problem(await partner.call(token, address="203.0.113.7")) == OVER, "for its owner too"
    assert await partner.seen() == (shown, True)
    async with database.read() as session:
        told = await session.scalar(
            text("SELECT count(*) FROM infra_outbox WHERE type = :type AND subject = :id"),
            {"type": "identity.client_misplaced", "id": partner.id},
        )
    assert told == 1, "the second call with it writes nothing"
    fresh = await partner.token()
    assert (await partner.call(fresh, address="203.0.113.7")).status_code == 200


async def test_the_refusal_is_said_in_chinese_too(partner: Partner) -> None:
    refused = await partner.call(
        await partner.token(), address="10.0.0.1", **{"Accept-Language": "zh"}
    )
    assert refused.json()["title"] == "此地址不在许可范围"


async def test_only_a_trusted_proxy_says_whose_address_it_is(
    partner: Partner, problem: Problem
) -> None:
    inside = {"X-Forwarded-For": "203.0.113.7"}
    token = await partner.token()
    assert (await partner.call(token, address=PROXY, **inside)).status_code == 200
    # What stands left of the address that our proxy saw is the caller's own writing.
    forged = {"X-Forwarded-For": "203.0.113.7, 10.0.0.1"}
    assert problem(await partner.call(token, address=PROXY, **forged)) == REFUSED
    token = await partner.token()
    assert problem(await partner.call(token, address="10.0.0.1", **inside)) == REFUSED
    token = await partner.token()
    for name in ("Forwarded", "X-Real-IP", "True-Client-IP"):
        said = {name: "for=203.0.113.7" if name == "Forwarded" else "203.0.113.7"}
        answer = await partner.call(token, address="10.0.0.1", **said)
        assert answer.status_code in {401, 403}, name


async def test_a_request_that_fails_otherwise_is_no_alert(partner: Partner) -> None:
    assert (await partner.call("tbc_nothing", address="10.0.0.1")).status_code == 401
    token = await partner.token()
    refused = await partner.call(token, address="203.0.113.7", path=CLIENTS)
    assert refused.status_code == 403
    assert refused.json()["code"] == "auth.forbidden"
    assert await partner.seen() == (None, False)


async def test_networks_changed_later_count_with_the_next_call(
    partner: Partner, problem: Problem
) -> None:
    token = await partner.token()
    body = {"status": "active", "scopes": ["payments:initiate"]}
    kept = await partner.call_as_manager("PUT", body)
    assert kept["networks"] == NETWORKS, "unsaid, they stay"
    moved = await partner.call_as_manager("PUT", body | {"networks": ["192.0.2.0/24"]})
    assert moved["networks"] == ["192.0.2.0/24"]
    assert (await partner.call(token, address="192.0.2.9")).status_code == 200
    assert problem(await partner.call(token, address="203.0.113.7")) == REFUSED
    anywhere = await partner.call_as_manager("PUT", body | {"networks": []})
    assert anywhere["networks"] == []
    fresh = await partner.token()
    assert (await partner.call(fresh, address="10.0.0.1")).status_code == 200


@pytest.mark.parametrize(
    "network",
    ["::ffff:203.0.113.0/120", "fe80::%eth0/64", "203.0.113.7/24", "203.0.113", "*", "", "x" * 50],
)
def test_networks_that_would_let_nobody_in(network: str) -> None:
    with pytest.raises(NetworksMalformed):
        clean_networks(["2001:db8::/32", network])


async def test_who_looks_after_the_firm_is_told_once_an_hour(tx: WriteSession) -> None:
    firm = await parties.register_person(tx, name="云帆贸易", at=AT)

    async def user(role: MemberRole) -> UUID:
        made = await identity.create_user(
            tx,
            login=f"u-{new_id().hex}",
            password=PASSWORD,
            name="李娜",
            kind=UserKind.CUSTOMER,
            roles=[Role.CUSTOMER],
            party_ids=[firm.id],
            at=AT,
        )
        await identity.add_member(
            tx, party_id=firm.id, user_id=made.id, role=role, bands={}, added_by=made.id, at=AT
        )
        return made.id

    roles = [MemberRole.HOLDER, MemberRole.VIEWER]
    holder, viewer = [await user(role) for role in roles]
    client, _ = await clients.register_client(
        tx, name="ERP", party_id=firm.id, scopes=["payments:initiate"], networks=NETWORKS, at=AT
    )

    async def noted(user_id: UUID) -> int:
        page = await identity.list_security_events(tx, user_id=user_id)
        return [event.kind for event in page.items].count(identity.SecurityKind.CLIENT_MISPLACED)

    for at, expected in (
        (AT, 1),
        (AT + NOTED_EVERY - timedelta(seconds=1), 1),
        (AT + NOTED_EVERY, 2),
    ):
        await tell_of_misplaced(tx, client_id=client.id, address="10.0.0.1", at=at)
        assert await noted(holder) == expected
    assert await noted(viewer) == 0
    (latest, _) = (await identity.list_security_events(tx, user_id=holder)).items
    assert latest.address == "10.0.0.1"
    assert latest.facts == {"client_id": str(client.id), "client": "ERP"}
