"""Recovering an account over HTTP: as a thief tries it, and as its owner calls it off."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.unit.core.identity.conftest import PASSWORD, Person, logged_in, new_person
from tests.unit.core.identity.people import (
    an_email,
    cancel_code_sent_to,
    code_sent_to,
    with_contact,
)
from tongbao.core.identity.domain.contacts import Contact
from tongbao.infra.db import Database
from tongbao.kernel.clock import now

API = "/api/v1/identity"
RECOVERIES = f"{API}/factor-recoveries"
Problem = Callable[[httpx2.Response], tuple[int, str]]


class Thief:
    """Knows the password and reads the e-mails."""

    def __init__(
        self, http: httpx2.AsyncClient, database: Database, victim: Person, email: Contact
    ) -> None:
        self.http, self.database, self.victim, self.email = http, database, victim, email

    async def begin(self, password: str = PASSWORD) -> httpx2.Response:
        body = {"login": self.victim.user.login, "password": password}
        return await self.http.post(RECOVERIES, json=body)

    async def answer(self) -> dict[str, Any]:
        begun = await self.begin()
        assert begun.status_code == 202, begun.text
        assert begun.headers["cache-control"] == "no-store"
        assert begun.json()["factors"] == ["otp_email"]
        handle = begun.json()["challenge_id"]
        path = f"{API}/sessions/challenges/{handle}/factors/otp_email"
        assert (await self.http.post(path)).status_code == 200
        async with self.database.read() as tx:
            code = await code_sent_to(tx, self.email)
        return {"challenge_id": handle, "factor": "otp_email", "code": code}


@pytest.fixture
async def person(database: Database) -> Person:
    async with database.write() as tx:
        return await new_person(tx)


@pytest.fixture
async def session(client: httpx2.AsyncClient, person: Person) -> dict[str, str]:
    """Headers of the owner, who logged in when a password was enough."""
    return await logged_in(client, person)


@pytest.fixture
async def email(database: Database, person: Person, session: dict[str, str]) -> Contact:
    assert session
    async with database.write() as tx:
        return await with_contact(tx, person.user, an_email(), at=now())


@pytest.fixture
def thief(client: httpx2.AsyncClient, database: Database, person: Person, email: Contact) -> Thief:
    return Thief(client, database, person, email)


@pytest.fixture
async def owner(database: Database, person: Person, session: dict[str, str]) -> dict[str, str]:
    """Headers of the owner, who has a passkey."""
    async with database.write() as tx:
        await person.add_passkey(tx, at=now())
    return session


async def test_asked_for_seen_and_called_off(
    owner: dict[str, str], thief: Thief, email: Contact, problem: Problem
) -> None:
    http, current = thief.http, f"{RECOVERIES}/current"
    assert problem(await http.get(current, headers=owner)) == (404, "identity.unknown_recovery")
    answer = await thief.answer()
    asked = await http.post(f"{RECOVERIES}/requests", json=answer)
    assert asked.status_code == 201, asked.text
    assert set(asked.json()) == {"requested_at", "ready_at", "expires_at"}
    assert (await http.get(current, headers=owner)).json() == asked.json()
    factors = await http.get(f"{API}/factors", headers=owner)
    assert factors.json()["recovery"] == asked.json()
    again = await http.post(f"{RECOVERIES}/completion", json=answer)
    assert problem(again) == (401, "identity.challenge_over")
    gone = await http.delete(current, headers=owner)
    assert (gone.status_code, gone.content) == (204, b"")
    assert problem(await http.delete(current, headers=owner)) == (404, "identity.unknown_recovery")
    async with thief.database.read() as tx:
        code = await cancel_code_sent_to(tx, email)
    late = await http.post(f"{RECOVERIES}/cancellation", json={"code": code})
    assert problem(late) == (404, "identity.unknown_recovery")


async def test_the_reader_of_a_contact_calls_it_off(
    owner: dict[str, str], thief: Thief, email: Contact
) -> None:
    assert owner
    await thief.http.post(f"{RECOVERIES}/requests", json=await thief.answer())
    async with thief.database.read() as tx:
        body = {"code": await cancel_code_sent_to(tx, email)}
    answer = await thief.http.post(f"{RECOVERIES}/cancellation", json=body)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_look_costs_the_challenge(
    owner: dict[str, str], thief: Thief, problem: Problem
) -> None:
    """Nothing was asked for, and the refusal was committed: the code is used up."""
    assert owner
    answer = await thief.answer()
    refused = await thief.http.post(f"{RECOVERIES}/completion", json=answer)
    assert problem(refused) == (404, "identity.unknown_recovery")
    again = await thief.http.post(f"{RECOVERIES}/requests", json=answer)
    assert problem(again) == (401, "identity.challenge_over")


@pytest.mark.parametrize("password", ["wrong", "", "x" * 1_000])
async def test_without_the_password_nothing_is_said(
    owner: dict[str, str], thief: Thief, problem: Problem, password: str
) -> None:
    assert owner
    assert problem(await thief.begin(password)) == (401, "identity.log_in_refused")
    unknown = await thief.http.post(RECOVERIES, json={"login": "nobody", "password": PASSWORD})
    assert problem(unknown) == (401, "identity.log_in_refused")


async def test_who_has_nothing_to_lose_recovers_nothing(thief: Thief, problem: Problem) -> None:
    assert problem(await thief.begin()) == (409, "identity.recovery_impossible")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {}),
        ("", {"login": "x"}),
        ("", {"login": "x", "password": "y", "user_id": "z"}),
        ("/requests", {"challenge_id": "../x", "factor": "otp_sms", "code": "1"}),
        ("/requests", {"challenge_id": "x", "factor": "OTP", "code": "1"}),
        ("/completion", {"challenge_id": "x", "factor": "otp_sms"}),
        ("/completion", {"challenge_id": "x" * 101, "factor": "otp_sms", "code": "1"}),
        ("/cancellation", {"code": "x" * 65}),
        ("/cancellation", {"code": None}),
    ],
)
async def test_hostile_bodies(
    client: httpx2.AsyncClient, problem: Problem, path: str, body: dict[str, Any]
) -> None:
    answer = await client.post(RECOVERIES + path, json=body)
    assert problem(answer) == (422, "request.invalid")


@pytest.mark.parametrize("path", ["", "/requests", "/completion", "/cancellation"])
async def test_no_other_site_s_page_asks(
    client: httpx2.AsyncClient, problem: Problem, path: str
) -> None:
    bodies: dict[str, Any] = {
        "": {"login": "x", "password": "y"},
        "/cancellation": {"code": "x"},
    }
    body = bodies.get(path, {"challenge_id": "x", "factor": "otp_sms", "code": "1"})
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = await client.post(RECOVERIES + path, json=body, headers=headers)
    assert problem(answer) == (403, "auth.cross_site_request")
