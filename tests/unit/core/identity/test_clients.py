"""Partner clients over HTTP: registered, given tokens, rotated, narrowed, disabled."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import text

from tests.support.partners import (
    CLIENTS,
    GRANT,
    INTROSPECT,
    REVOKE,
    TOKEN,
    basic,
    by_assertion,
    claims,
    new_key,
    public,
    sign,
)
from tests.unit.core.conftest import Caller, Customer, Staff
from tongbao.core.identity.domain import Role
from tongbao.core.identity.router import metadata_routes
from tongbao.infra.db import Database
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

ISSUER = "https://bank.example"
ENDPOINT = f"{ISSUER}{TOKEN}"
METADATA = "/.well-known/oauth-authorization-server"
ME = "/api/v1/identity/me"
Problem = Callable[[httpx2.Response], tuple[int, str]]


@dataclass(frozen=True)
class Partner:
    """A client that was registered."""

    id: str
    secret: str
    party_id: str | None

    @property
    def basic(self) -> dict[str, str]:
        return basic(self.id, self.secret)


Register = Callable[..., Awaitable[Partner]]


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.state.settings = Settings(public_url=ISSUER)
    app.include_router(metadata_routes())
    return app


@pytest.fixture
def manager(staff: Staff) -> Caller:
    return staff(Role.STAFF_OPERATIONS)


@pytest.fixture
async def party_id(customer: Customer) -> str:
    return str((await customer("云帆贸易")).party_id)


@pytest.fixture
def register(client: httpx2.AsyncClient, manager: Caller, party_id: str) -> Register:
    async def make(**changed: Any) -> Partner:
        body = {
            "name": "云帆 ERP",
            "party_id": party_id,
            "scopes": ["payments:initiate", "webhooks:manage"],
        } | changed
        answer = await client.post(CLIENTS, json=body, headers=manager.headers)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Partner(made["client"]["id"], made["secret"] or "", made["client"]["party_id"])

    return make


def bearer(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def refused(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json", answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"error", "error_description"}
    assert body["error_description"].isascii()
    return answer.status_code, body["error"]


INVALID_CLIENT = (401, "invalid_client")
INVALID_REQUEST = (400, "invalid_request")


async def test_a_secret_in_the_header_or_the_form_brings_a_token(
    client: httpx2.AsyncClient, register: Register
) -> None:
    partner = await register()
    by_header = await client.post(TOKEN, data=GRANT, headers=partner.basic)
    in_form = await client.post(
        TOKEN, data=GRANT | {"client_id": partner.id, "client_secret": partner.secret}
    )
    for answer in (by_header, in_form):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
        assert answer.json()["expires_in"] == 600
        me = (await client.get(ME, headers=bearer(answer))).json()
        assert me == {
            "id": partner.id,
            "kind": "service",
            "login": None,
            "name": "云帆 ERP",
            "party_ids": [partner.party_id],
            "permissions": ["payments:initiate", "webhooks:manage"],
            "grants": {partner.party_id: ["payments:initiate", "webhooks:manage"]},
        }


@pytest.mark.parametrize("kind", ["EC", "RSA", "OKP"])
async def test_an_assertion_brings_a_token_once(
    client: httpx2.AsyncClient, register: Register, kind: str
) -> None:
    key = new_key(kind)
    partner = await register(keys=[public(key)])
    assert partner.secret == ""
    form = GRANT | by_assertion(sign(key, claims(partner.id, ENDPOINT, now())))
    bearer(await client.post(TOKEN, data=form))
    assert refused(await client.post(TOKEN, data=form)) == INVALID_CLIENT
    again = GRANT | by_assertion(sign(key, claims(partner.id, ISSUER, now())))
    bearer(await client.post(TOKEN, data=again | {"client_id": partner.id}))


async def test_an_assertion_is_used_up_even_when_the_scope_is_refused(
    client: httpx2.AsyncClient, register: Register
) -> None:
    key = new_key()
    partner = await register(keys=[public(key)])
    assertion = by_assertion(sign(key, claims(partner.id, ENDPOINT, now())))
    form = GRANT | assertion
    assert refused(await client.post(TOKEN, data=form | {"scope": "ledger:post"})) == (
        400,
        "invalid_scope",
    )
    assert refused(await client.post(TOKEN, data=form)) == INVALID_CLIENT


async def test_an_assertion_of_another_client_or_for_another_audience(
    client: httpx2.AsyncClient, register: Register
) -> None:
    key = new_key()
    partner, other = await register(keys=[public(key)]), await register()
    for said in (
        claims(other.id, ENDPOINT, now()),  # signed with a key that is not theirs
        claims(str(new_id()), ENDPOINT, now()),
        claims(partner.id, "https://other.example", now()),
        claims(partner.id, ENDPOINT, now() - timedelta(minutes=5)),
    ):
        answer = await client.post(TOKEN, data=GRANT | by_assertion(sign(key, said)))
        assert refused(answer) == INVALID_CLIENT
    mixed = GRANT | by_assertion(sign(key, claims(partner.id, ENDPOINT, now())), client_id=other.id)
    assert refused(await client.post(TOKEN, data=mixed)) == INVALID_REQUEST


async def test_a_wrong_secret_and_an_unknown_client_get_one_answer(
    client: httpx2.AsyncClient, register: Register
) -> None:
    partner, other = await register(), await register()
    answers = [
        await client.post(TOKEN, data=GRANT, headers=basic(*each))
        for each in (
            (partner.id, "wrong"),
            (partner.id, ""),
            (partner.id, other.secret),
            (str(new_id()), partner.secret),
            (partner.id.upper(), partner.secret),
            ("not-an-id", partner.secret),
            ("", ""),
        )
    ]
    assert {refused(answer) for answer in answers} == {INVALID_CLIENT}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer x", "Basic " + "A" * 5_000, "Digest a=b"],
)
async def test_a_header_that_is_no_basic(client: httpx2.AsyncClient, header: str) -> None:
    answer = await client.post(TOKEN, data=GRANT, headers={"Authorization": header})
    assert refused(answer) == INVALID_CLIENT


async def test_requests_that_are_malformed(client: httpx2.AsyncClient, register: Register) -> None:
    partner = await register()
    both = GRANT | {"client_id": partner.id, "client_secret": partner.secret}
    cases: list[tuple[Any, dict[str, str], tuple[int, str]]] = [
        ({"scope": "x"}, partner.basic, INVALID_REQUEST),
        ({"grant_type": "password"}, partner.basic, (400, "unsupported_grant_type")),
        ({"grant_type": "authorization_code"}, {}, (400, "unsupported_grant_type")),
        (both, partner.basic, INVALID_REQUEST),
        (both | {"client_assertion": "a.b.c"}, {}, INVALID_REQUEST),
        (GRANT | {"client_assertion": "a.b.c"}, {}, INVALID_REQUEST),
        (GRANT | {"client_id": partner.id}, {}, INVALID_CLIENT),
        (GRANT, {}, INVALID_CLIENT),
        (GRANT | {"scope": "ledger:post"}, partner.basic, (400, "invalid_scope")),
        (GRANT | {"scope": "payments:initiate no:such"}, partner.basic, (400, "invalid_scope")),
        (
            {"grant_type": ["client_credentials", "client_credentials"]},
            partner.basic,
            INVALID_REQUEST,
        ),
    ]
    for form, headers, expected in cases:
        assert refused(await client.post(TOKEN, data=form, headers=headers)) == expected, form
    in_address = await client.post(f"{TOKEN}?scope=x", data=GRANT, headers=partner.basic)
    assert refused(in_address) == INVALID_REQUEST


async def test_a_token_may_ask_for_less(client: httpx2.AsyncClient, register: Register) -> None:
    partner = await register()
    form = GRANT | {"scope": "payments:initiate"}
    narrow = await client.post(TOKEN, data=form, headers=partner.basic)
    assert narrow.json()["scope"] == "payments:initiate"
    me = (await client.get(ME, headers=bearer(narrow))).json()
    assert me["permissions"] == ["payments:initiate"]


async def test_a_token_ends(
    client: httpx2.AsyncClient, register: Register, database: Database, problem: Problem
) -> None:
    partner = await register()
    headers = bearer(await client.post(TOKEN, data=GRANT, headers=partner.basic))
    async with database.write() as tx:
        await tx.execute(
            text(
                "UPDATE identity_client_token SET issued_at = issued_at - interval '11 minutes',"
                " expires_at = expires_at - interval '11 minutes' WHERE client_id = :id"
            ),
            {"id": UUID(partner.id)},
        )
    assert problem(await client.get(ME, headers=headers)) == (401, "auth.unauthenticated")


async def test_introspection_and_revocation(
    client: httpx2.AsyncClient, register: Register, problem: Problem
) -> None:
    partner, other = await register(), await register()
    headers = bearer(await client.post(TOKEN, data=GRANT, headers=partner.basic))
    form = {"token": headers["Authorization"].removeprefix("Bearer ")}

    async def active(by: Partner) -> dict[str, Any]:
        answer = await client.post(INTROSPECT, data=form, headers=by.basic)
        assert answer.status_code == 200
        document: dict[str, Any] = answer.json()
        return document

    known = await active(partner)
    assert known["active"] is True
    assert known["client_id"] == known["sub"] == partner.id
    assert known["iss"] == ISSUER
    assert known["exp"] - known["iat"] == 600
    assert known["scope"] == "payments:initiate webhooks:manage"
    assert await active(other) == {"active": False}

    assert (await client.post(REVOKE, data=form, headers=other.basic)).status_code == 200
    assert (await active(partner))["active"] is True
    for _ in range(2):
        assert (await client.post(REVOKE, data=form, headers=partner.basic)).status_code == 200
    assert await active(partner) == {"active": False}
    assert problem(await client.get(ME, headers=headers)) == (401, "auth.unauthenticated")

    for path in (INTROSPECT, REVOKE):
        assert refused(await client.post(path, data=form)) == INVALID_CLIENT
        assert (
            refused(await client.post(path, data={"token": ""}, headers=other.basic))
            == INVALID_REQUEST
        )


async def test_disabling_ends_everything_at_once(
    client: httpx2.AsyncClient, register: Register, manager: Caller, problem: Problem
) -> None:
    partner = await register()
    headers = bearer(await client.post(TOKEN, data=GRANT, headers=partner.basic))
    body = {"status": "disabled", "scopes": ["payments:initiate"]}
    path = f"{CLIENTS}/{partner.id}"
    changed = await client.put(path, json=body, headers=manager.headers)
    assert changed.json()["status"] == "disabled"
    assert problem(await client.get(ME, headers=headers))[0] == 401
    again = await client.post(TOKEN, data=GRANT, headers=partner.basic)
    assert refused(again) == INVALID_CLIENT
    await client.put(path, json=body | {"status": "active"}, headers=manager.headers)
    assert problem(await client.get(ME, headers=headers))[0] == 401, "revoked stays revoked"
    bearer(await client.post(TOKEN, data=GRANT, headers=partner.basic))


async def test_narrowing_a_client_narrows_the_tokens_it_has(
    client: httpx2.AsyncClient, register: Register, manager: Caller
) -> None:
    partner = await register()
    headers = bearer(await client.post(TOKEN, data=GRANT, headers=partner.basic))
    body = {"status": "active", "scopes": ["webhooks:manage"]}
    await client.put(f"{CLIENTS}/{partner.id}", json=body, headers=manager.headers)
    me = (await client.get(ME, headers=headers)).json()
    assert me["permissions"] == ["webhooks:manage"]


async def test_two_secrets_are_good_while_one_follows_the_other(
    client: httpx2.AsyncClient, register: Register, manager: Caller, problem: Problem
) -> None:
    partner = await register()
    path = f"{CLIENTS}/{partner.id}"
    made = await client.post(f"{path}/secrets", json={}, headers=manager.headers)
    assert made.status_code == 201
    second = Partner(partner.id, made.json()["secret"], None)
    for each in (partner, second):
        bearer(await client.post(TOKEN, data=GRANT, headers=each.basic))
    third = await client.post(f"{path}/secrets", json={}, headers=manager.headers)
    assert problem(third) == (409, "identity.too_many_keys")

    first, latest = (await client.get(path, headers=manager.headers)).json()["secrets"]
    assert latest["id"] == made.json()["id"]
    ended = await client.delete(f"{path}/secrets/{first['id']}", headers=manager.headers)
    assert ended.status_code == 204
    assert refused(await client.post(TOKEN, data=GRANT, headers=partner.basic)) == INVALID_CLIENT
    bearer(await client.post(TOKEN, data=GRANT, headers=second.basic))

    at_once = await client.post(
        f"{path}/secrets", json={"overlap_hours": 0}, headers=manager.headers
    )
    assert at_once.status_code == 201
    assert refused(await client.post(TOKEN, data=GRANT, headers=second.basic)) == INVALID_CLIENT
    twice = await client.delete(f"{path}/secrets/{first['id']}", headers=manager.headers)
    assert problem(twice) == (404, "identity.unknown_key")


async def test_keys_follow_each_other(
    client: httpx2.AsyncClient, register: Register, manager: Caller, problem: Problem
) -> None:
    old, new = new_key("OKP", "old"), new_key("EC", "new")
    partner = await register(keys=[public(old)])
    path = f"{CLIENTS}/{partner.id}/keys"

    async def ask(key: Any) -> httpx2.Response:
        said = claims(partner.id, ENDPOINT, now())
        return await client.post(TOKEN, data=GRANT | by_assertion(sign(key, said)))

    assert refused(await ask(new)) == INVALID_CLIENT
    added = await client.post(path, json={"jwk": public(new)}, headers=manager.headers)
    assert added.status_code == 201
    for key in (old, new):
        bearer(await ask(key))
    taken = await client.post(path, json={"jwk": public(new)}, headers=manager.headers)
    assert problem(taken) == (409, "identity.key_taken")
    removed = await client.delete(f"{path}/old", headers=manager.headers)
    assert removed.status_code == 204
    assert refused(await ask(old)) == INVALID_CLIENT
    bearer(await ask(new))
    unsuitable = await client.post(
        path, json={"jwk": new.as_dict(private=True)}, headers=manager.headers
    )
    assert problem(unsuitable) == (422, "identity.key_unsuitable")


async def test_a_client_calls_from_where_it_said(
    client: httpx2.AsyncClient, register: Register
) -> None:
    near = await register(networks=["10.0.0.0/8"])  # where these tests call from
    far = await register(networks=["203.0.113.0/24", "2001:db8::/32"])
    bearer(await client.post(TOKEN, data=GRANT, headers=near.basic))
    forged = far.basic | {"X-Forwarded-For": "203.0.113.7"}
    assert refused(await client.post(TOKEN, data=GRANT, headers=forged)) == INVALID_CLIENT


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"scopes": ["ledger:post"]}, "identity.scopes_unsuitable"),
        ({"scopes": ["identity:manage_clients"]}, "identity.scopes_unsuitable"),
        ({"scopes": ["agreements:grant"]}, "identity.scopes_unsuitable"),
        ({"scopes": ["payments:initiate"], "party_id": None}, "identity.scopes_unsuitable"),
        ({"party_id": str(UUID(int=1))}, "identity.unknown_parties"),
        ({"networks": ["203.0.113.7/24"]}, "identity.networks_malformed"),
        ({"networks": ["everywhere"]}, "identity.networks_malformed"),
        ({"keys": [{"kty": "oct", "k": "AAAA", "kid": "a"}]}, "identity.key_unsuitable"),
        ({"name": "\u202e"}, "parties.name_malformed"),
        ({"scopes": []}, "request.invalid"),
        ({"status": "active"}, "request.invalid"),
    ],
)
async def test_what_cannot_be_registered(
    client: httpx2.AsyncClient,
    manager: Caller,
    party_id: str,
    problem: Problem,
    changed: dict[str, Any],
    code: str,
) -> None:
    body = {"name": "ERP", "party_id": party_id, "scopes": ["payments:initiate"]} | changed
    answer = await client.post(CLIENTS, json=body, headers=manager.headers)
    assert problem(answer) == (422, code)


async def test_only_those_who_manage_clients_see_them(
    client: httpx2.AsyncClient,
    register: Register,
    staff: Staff,
    customer: Customer,
    problem: Problem,
) -> None:
    partner = await register()
    token = bearer(await client.post(TOKEN, data=GRANT, headers=partner.basic))
    someone = await customer("张伟")
    strangers = [someone.headers, staff(Role.AUDITOR).headers, token]
    for headers in strangers:
        for method, path in (("GET", ""), ("GET", f"/{partner.id}"), ("POST", "")):
            answer = await client.request(method, f"{CLIENTS}{path}", json={}, headers=headers)
            assert problem(answer) == (403, "auth.forbidden")


async def test_the_list_and_what_is_not_there(
    client: httpx2.AsyncClient, register: Register, manager: Caller, problem: Problem
) -> None:
    made = [await register() for _ in range(3)]
    page = (await client.get(CLIENTS, params={"limit": 2}, headers=manager.headers)).json()
    assert [each["id"] for each in page["items"]] == [made[2].id, made[1].id]
    query = {"limit": 2, "after": page["next"]}
    rest = (await client.get(CLIENTS, params=query, headers=manager.headers)).json()
    assert rest["items"][0]["id"] == made[0].id
    unknown = f"{CLIENTS}/{new_id()}"
    assert problem(await client.get(unknown, headers=manager.headers)) == (
        404,
        "identity.unknown_client",
    )


async def test_a_secret_is_nowhere_but_in_the_one_answer(
    client: httpx2.AsyncClient, register: Register, manager: Caller, database: Database
) -> None:
    body = {"name": "ERP", "party_id": None, "scopes": ["ledger:read"]}
    headers = manager.headers | {"Idempotency-Key": str(new_id())}
    with structlog.testing.capture_logs() as logs:
        first = (await client.post(CLIENTS, json=body, headers=headers)).json()
        second = (await client.post(CLIENTS, json=body, headers=headers)).json()
    assert first["client"]["id"] != second["client"]["id"], "the key is not looked at"
    secret = first["secret"]
    assert secret not in str(logs)
    shown = await client.get(f"{CLIENTS}/{first['client']['id']}", headers=manager.headers)
    assert secret not in shown.text
    async with database.read() as tx:
        kept = await tx.scalar(
            text("SELECT count(*) FROM infra_idempotency WHERE body LIKE :secret"),
            {"secret": f"%{secret}%".encode()},
        )
        told = await tx.scalar(
            text("SELECT count(*) FROM infra_outbox WHERE payload::text LIKE :secret"),
            {"secret": f"%{secret}%"},
        )
    assert (kept, told) == (0, 0)


async def test_the_metadata_name_the_settings_address_whatever_the_host_says(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get(METADATA, headers={"Host": "evil.example"})
    document = answer.json()
    assert document["issuer"] == ISSUER
    assert document["token_endpoint"] == ENDPOINT
    assert "none" not in str(document)
    assert "HS256" not in str(document)
    assert document["token_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ]
    assert "evil" not in answer.text
