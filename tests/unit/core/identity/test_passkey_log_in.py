"""Logging in with a passkey, alone and beside a password, over HTTP as a browser does."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from tests.unit.core.identity.conftest import PASSWORD, Person, new_person
from tongbao.core.identity.models import UserRow
from tongbao.infra.db import Database
from tongbao.kernel.clock import now

API = "/api/v1/identity"
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture
async def person(database: Database) -> Person:
    async with database.write() as tx:
        made = await new_person(tx)
        await made.add_passkey(tx, at=now())
        return made


async def begin(client: httpx2.AsyncClient) -> tuple[str, dict[str, object]]:
    begun = await client.post(f"{API}/passkey-assertions/options")
    assert begun.status_code == 201, begun.text
    return begun.json()["ceremony_id"], begun.json()["options"]


def session_of(answer: httpx2.Response) -> dict[str, str]:
    """Return the header that shows the session's cookie again."""
    cookies = answer.headers.get_list("set-cookie")
    return {"Cookie": next(each for each in cookies if "tb_session" in each).split(";")[0]}


async def test_a_browser_logs_in_with_a_passkey_and_nothing_else(
    client: httpx2.AsyncClient, person: Person
) -> None:
    ceremony_id, options = await begin(client)
    body = {"ceremony_id": ceremony_id, "assertion": person.device.get(options)}
    answer = await client.post(f"{API}/passkey-assertions", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    cookies = answer.headers.get_list("set-cookie")
    assert all("HttpOnly" in each and "SameSite=lax" in each for each in cookies)
    me = await client.get(f"{API}/sessions/current", headers=session_of(answer))
    assert me.status_code == 200, me.text
    assert me.json()["factors"] == ["passkey"]
    assert me.json()["session_id"] == answer.json()["session_id"]
    assert me.json()["csrf_token"] == answer.json()["csrf_token"]


async def test_a_blocked_user_s_passkey_is_refused(
    client: httpx2.AsyncClient, person: Person, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        blocked = update(UserRow).where(UserRow.id == person.user.id).values(blocked_at=now())
        await tx.execute(blocked)
    ceremony_id, options = await begin(client)
    body = {"ceremony_id": ceremony_id, "assertion": person.device.get(options)}
    answer = await client.post(f"{API}/passkey-assertions", json=body)
    assert problem(answer) == (401, "identity.passkey_refused")


async def test_an_answer_sent_again_logs_nobody_in(
    client: httpx2.AsyncClient, person: Person, problem: Problem
) -> None:
    ceremony_id, options = await begin(client)
    body = {"ceremony_id": ceremony_id, "assertion": person.device.get(options)}
    assert (await client.post(f"{API}/passkey-assertions", json=body)).status_code == 201
    again = await client.post(f"{API}/passkey-assertions", json=body)
    assert problem(again) == (401, "identity.passkey_refused")
    assert "set-cookie" not in again.headers


async def test_a_refused_answer_uses_the_challenge_up(
    client: httpx2.AsyncClient, person: Person, problem: Problem
) -> None:
    ceremony_id, options = await begin(client)
    attempts: list[dict[str, Any]] = [{"origin": "https://evil.example"}, {}]
    for wrong in attempts:
        body = {"ceremony_id": ceremony_id, "assertion": person.device.get(options, **wrong)}
        answer = await client.post(f"{API}/passkey-assertions", json=body)
        assert problem(answer) == (401, "identity.passkey_refused")


async def test_a_copy_found_out_stays_suspended_although_the_answer_is_401(
    client: httpx2.AsyncClient, person: Person, problem: Problem
) -> None:
    for counter, status in ((7, 201), (7, 401), (8, 401)):
        ceremony_id, options = await begin(client)
        assertion = person.device.get(options, counter=counter)
        body = {"ceremony_id": ceremony_id, "assertion": assertion}
        answer = await client.post(f"{API}/passkey-assertions", json=body)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("path", ["/passkey-assertions/options", "/passkey-assertions"])
async def test_another_site_s_page_cannot_log_the_browser_in(
    client: httpx2.AsyncClient, problem: Problem, path: str
) -> None:
    body = {"ceremony_id": "0197c0de-0000-7000-8000-000000000001", "assertion": {}}
    answer = await client.post(
        API + path,
        json=body,
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://e.example"},
    )
    assert problem(answer) == (403, "auth.cross_site_request")


@pytest.mark.parametrize(
    "assertion", [{}, {"rawId": {"a": 1}}, {"rawId": "AQID", "response": None}, {"id": [[]]}]
)
async def test_garbage(
    client: httpx2.AsyncClient, problem: Problem, assertion: dict[str, object]
) -> None:
    ceremony_id, _ = await begin(client)
    body = {"ceremony_id": ceremony_id, "assertion": assertion}
    answer = await client.post(f"{API}/passkey-assertions", json=body)
    assert problem(answer) == (401, "identity.passkey_refused")


async def challenged(client: httpx2.AsyncClient, person: Person) -> str:
    """Show the right password; return the path of the challenge for the second factor."""
    body = {"login": person.user.login, "password": PASSWORD}
    answer = await client.post(f"{API}/sessions", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["factors"] == ["passkey", "recovery_code"]
    return f"{API}/sessions/challenges/{answer.json()['challenge_id']}"


async def test_a_passkey_is_the_second_factor_beside_a_password(
    client: httpx2.AsyncClient, person: Person
) -> None:
    path = await challenged(client, person)
    asked = (await client.post(f"{path}/factors/passkey")).json()["data"]
    body = {"factor": "passkey", "assertion": person.device.get(asked["options"])}
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    begun = await client.get(f"{API}/sessions/current", headers=session_of(answer))
    assert begun.json()["factors"] == ["passkey", "password"]


async def test_an_answer_that_nobody_asked_for_costs_a_try(
    client: httpx2.AsyncClient, person: Person, problem: Problem
) -> None:
    path = await challenged(client, person)
    elsewhere = (await begin(client))[1]
    body = {"factor": "passkey", "assertion": person.device.get(elsewhere)}
    for left in (4, 3):
        answer = await client.post(path, json=body)
        assert problem(answer) == (401, "identity.factor_refused")
        assert answer.json()["tries_left"] == left
