"""`/api/v1/identity`: logging in and out over HTTP, and a lock-out that survives the refusals."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.unit.core.conftest import AT
from tests.unit.core.identity.people import with_contact
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.kernel.clock import now

TOKENS = "/api/v1/identity/tokens"
CURRENT = f"{TOKENS}/current"
ME = "/api/v1/identity/me"
PASSWORD = "correct horse battery"
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture
async def user(database: Database) -> identity.User:
    async with database.write() as tx:
        party = await parties.register_person(tx, name="张伟", at=AT)
        return await identity.create_user(
            tx,
            login=f"user-{secrets.token_hex(8)}",
            password=PASSWORD,
            name="张伟",
            kind=UserKind.CUSTOMER,
            roles=[Role.CUSTOMER],
            party_ids=[party.id],
            at=AT,
        )


def form(login: str, password: str = PASSWORD) -> dict[str, str]:
    return {"grant_type": "password", "username": login, "password": password}


async def log_in(client: httpx2.AsyncClient, login: str) -> dict[str, str]:
    response = await client.post(TOKENS, data=form(login))
    assert response.status_code == 201, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


async def test_a_password_is_exchanged_for_a_token(
    client: httpx2.AsyncClient, user: identity.User
) -> None:
    response = await client.post(TOKENS, data=form(user.login))
    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    token = response.json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 3600)
    left = datetime.fromisoformat(token["expires_at"]) - now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    me = await client.get(ME, headers={"Authorization": f"Bearer {token['access_token']}"})
    assert me.status_code == 200
    assert me.json() == {
        "id": str(user.id),
        "kind": "customer",
        "login": user.login,
        "name": "张伟",
        "party_ids": [str(party_id) for party_id in user.party_ids],
        "permissions": me.json()["permissions"],
        "grants": {str(each): me.json()["permissions"] for each in user.party_ids},
    }
    assert "accounts:open" in me.json()["permissions"]


async def test_the_form_of_the_api_reference_is_accepted(
    client: httpx2.AsyncClient, user: identity.User
) -> None:
    fields = form(user.login) | {"scope": "", "client_id": "", "client_secret": ""}
    assert (await client.post(TOKENS, data=fields)).status_code == 201


async def test_logging_out_ends_the_token_at_once(
    client: httpx2.AsyncClient, user: identity.User, problem: Problem
) -> None:
    one, other = await log_in(client, user.login), await log_in(client, user.login)
    response = await client.delete(CURRENT, headers=one)
    assert (response.status_code, response.content) == (204, b"")
    assert problem(await client.get(ME, headers=one)) == (401, "auth.unauthenticated")
    assert problem(await client.delete(CURRENT, headers=one)) == (401, "auth.unauthenticated")
    assert (await client.get(ME, headers=other)).status_code == 200


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}])
async def test_without_a_good_token_nobody_is_anybody(
    client: httpx2.AsyncClient, problem: Problem, header: dict[str, str]
) -> None:
    assert problem(await client.get(ME, headers=header)) == (401, "auth.unauthenticated")
    assert problem(await client.delete(CURRENT, headers=header)) == (401, "auth.unauthenticated")


def told(response: httpx2.Response) -> tuple[int, dict[str, Any], list[str]]:
    """What a guesser learns: everything but the request's own id."""
    body = response.json()
    del body["instance"]
    kept = [name for name in response.headers if name not in {"content-length", "x-request-id"}]
    return response.status_code, body, kept


async def test_an_unknown_name_and_a_wrong_password_cannot_be_told_apart(
    client: httpx2.AsyncClient, user: identity.User, problem: Problem
) -> None:
    unknown = await client.post(TOKENS, data=form("nobody-of-this-name"))
    assert problem(unknown) == (401, "identity.log_in_refused")
    malformed = await client.post(TOKENS, data=form("???"))
    wrong = await client.post(TOKENS, data=form(user.login, "wrong password"))
    assert told(malformed) == told(wrong) == told(unknown)


@pytest.mark.parametrize("known", [True, False])
async def test_refusals_are_counted_although_each_was_answered(
    client: httpx2.AsyncClient, user: identity.User, problem: Problem, *, known: bool
) -> None:
    login = user.login if known else f"nobody-{secrets.token_hex(4)}"
    for _ in range(5):
        wrong = await client.post(TOKENS, data=form(login, "wrong password"))
        assert problem(wrong) == (401, "identity.log_in_refused")
    paused = await client.post(TOKENS, data=form(login))
    assert problem(paused) == (429, "identity.log_in_paused")
    assert 55 < int(paused.headers["retry-after"]) <= 61


async def test_a_pause_does_not_end_the_tokens_already_issued(
    client: httpx2.AsyncClient, user: identity.User
) -> None:
    headers = await log_in(client, user.login)
    for _ in range(6):
        await client.post(TOKENS, data=form(user.login, "wrong password"))
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_a_password_alone_is_no_token_for_who_has_a_second_factor(
    client: httpx2.AsyncClient, user: identity.User, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        await with_contact(tx, user)
    answer = await client.post(TOKENS, data=form(user.login))
    assert problem(answer) == (403, "identity.second_factor_required")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"username": "somebody"},
        {"password": PASSWORD},
        form("x" * 1_001),
        form("somebody", "x" * 1_001),
        form("somebody") | {"grant_type": "client_credentials"},
        form("somebody") | {"otp": "123456"},
    ],
)
async def test_a_broken_form_is_invalid_and_repeats_no_secret(
    client: httpx2.AsyncClient, problem: Problem, fields: dict[str, str]
) -> None:
    response = await client.post(TOKENS, data=fields or {"x": "y"})
    assert problem(response) == (422, "request.invalid")
    assert PASSWORD not in response.text


async def test_a_form_is_a_form(client: httpx2.AsyncClient, problem: Problem) -> None:
    response = await client.post(TOKENS, json=form("somebody"))
    assert problem(response) == (415, "request.unsupported_media_type")
    response = await client.post(TOKENS, data=form("a\x00b"))
    assert problem(response) == (400, "request.malformed_text")


async def test_the_refusal_speaks_the_callers_language(client: httpx2.AsyncClient) -> None:
    for language, word in (("zh", "登录失败"), ("en", "Log-in refused")):
        response = await client.post(
            TOKENS, data=form("nobody-of-this-name"), headers={"Accept-Language": language}
        )
        assert response.json()["title"] == word
