"""One's contacts over HTTP: seen masked, added, replaced, removed, by whoever is logged in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.unit.core.identity.conftest import PASSWORD, Person, logged_in, new_person
from tests.unit.core.identity.people import (
    a_phone,
    a_user,
    an_email,
    code_sent_to,
    sent_to,
    with_contact,
)
from tests.unit.core.identity.test_factors_router import API, BY_PASSWORD, Caller
from tests.unit.core.identity.test_logging_in_router import told
from tests.unit.core.identity.test_logging_in_service import other_than
from tongbao.core.identity.domain.contacts import Contact
from tongbao.infra.db import Database

NOBODYS = UUID(int=0)
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture
async def person(database: Database) -> Person:
    async with database.write() as tx:
        return await new_person(tx)


@pytest.fixture
async def caller(client: httpx2.AsyncClient, person: Person) -> Caller:
    return Caller(client, await logged_in(client, person))


async def code_of(database: Database, contact: Contact) -> str:
    async with database.read() as tx:
        return await code_sent_to(tx, contact)


async def by_code(
    caller: Caller, database: Database, contact: Contact, method: str, path: str, body: Any = None
) -> httpx2.Response:
    """Make a request that is confirmed by the code sent to a contact."""
    refused = await caller.ask(method, path, body)
    assert refused.json()["proofs"] == ["code"]
    ask = {"action": refused.json()["action"], "proof": "code"}
    challenge = (await caller.ask("POST", "/step-up/challenges", ask)).json()["challenge_id"]
    answer = {"code": await code_of(database, contact)}
    token = await caller.ask("POST", f"/step-up/challenges/{challenge}/confirmation", answer)
    return await caller.ask(method, path, body, token=token.json()["token"])


async def confirmed(
    caller: Caller, database: Database, begun: httpx2.Response, contact: Contact
) -> httpx2.Response:
    assert begun.status_code == 202, begun.text
    assert list(begun.json()) == ["id"]
    code = await code_of(database, contact)
    return await caller.ask("POST", f"/contacts/{begun.json()['id']}/confirmation", {"code": code})


async def test_the_first_contact_is_added_seen_masked_and_stays(
    caller: Caller, database: Database, problem: Problem
) -> None:
    assert (await caller.ask("GET", "/contacts")).json() == {"items": []}
    phone = a_phone()
    wanted = {"contact": phone.address.removeprefix("+86")}
    begun = await caller.stepped_up("POST", "/contacts", wanted, **BY_PASSWORD)
    shown = (await confirmed(caller, database, begun, phone)).json()
    assert set(shown) == {"id", "kind", "contact", "verified_at"}
    assert shown["contact"] == f"{phone.address[:-8]}****{phone.address[-4:]}"
    assert (await caller.ask("GET", "/contacts")).json() == {"items": [shown]}
    again = await caller.ask("POST", "/contacts", {"contact": a_phone().address})
    assert problem(again) == (409, "identity.contact_exists")
    only = await caller.ask("DELETE", f"/contacts/{shown['id']}")
    assert problem(only) == (409, "identity.last_contact")


async def test_a_contact_is_replaced_with_a_code_to_the_old_and_one_to_the_new(
    client: httpx2.AsyncClient, caller: Caller, person: Person, database: Database
) -> None:
    async with database.write() as tx:
        old = await with_contact(tx, person.user)
    new = a_phone()
    body = {"contact": new.address, "what": "replace"}
    begun = await by_code(caller, database, old, "POST", "/contacts", body)
    shown = (await confirmed(caller, database, begun, new)).json()
    assert (await caller.ask("GET", "/contacts")).json() == {"items": [shown]}
    async with database.read() as tx:
        assert [each.template for each in await sent_to(tx, old)] == [
            "identity.contact_changed",
            "identity.step_up_code",
        ]
    (noted,) = (await caller.ask("GET", "/security-events")).json()["items"]
    assert noted["kind"] == "contact_changed"
    for login, status in ((old, 401), (new, 202)):  # 202: and a code, on this new device
        log_in = {"login": login.address, "password": PASSWORD}
        answer = await client.post(f"{API}/sessions", json=log_in)
        assert answer.status_code == status, answer.text


async def test_whose_a_contact_is_nobody_learns(
    caller: Caller, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        taken = await with_contact(tx, await a_user(tx))
    answers = {}
    for contact in (taken, a_phone()):
        body = {"contact": contact.address}
        begun = await caller.stepped_up("POST", "/contacts", body, **BY_PASSWORD)
        path = f"/contacts/{begun.json()['id']}/confirmation"
        wrong = await caller.ask("POST", path, {"code": "000000"})
        assert problem(wrong) == (422, "identity.code_wrong")
        answers[contact] = (begun.status_code, list(begun.json()), told(wrong))
    assert len({str(each) for each in answers.values()}) == 1


async def test_wrong_codes_count_although_they_are_refused(
    caller: Caller, database: Database, problem: Problem
) -> None:
    contact = an_email()
    body = {"contact": contact.address}
    begun = await caller.stepped_up("POST", "/contacts", body, **BY_PASSWORD)
    code = await code_of(database, contact)
    path = f"/contacts/{begun.json()['id']}/confirmation"
    for given in (*[other_than(code)] * 5, code):
        answer = await caller.ask("POST", path, {"code": given})
        assert problem(answer) == (422, "identity.code_wrong")
    assert (await caller.ask("GET", "/contacts")).json() == {"items": []}


async def test_another_session_of_the_user_does_not_confirm(
    client: httpx2.AsyncClient, caller: Caller, person: Person, database: Database
) -> None:
    contact = an_email()
    body = {"contact": contact.address}
    begun = await caller.stepped_up("POST", "/contacts", body, **BY_PASSWORD)
    elsewhere = Caller(client, await logged_in(client, person))
    assert (await confirmed(elsewhere, database, begun, contact)).status_code == 422
    assert (await confirmed(caller, database, begun, contact)).status_code == 200


async def test_a_contact_is_removed(
    caller: Caller, person: Person, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        phone = await with_contact(tx, person.user)
        await with_contact(tx, person.user, an_email())
        stranger = await a_user(tx)
        await with_contact(tx, stranger)
    email_shown, phone_shown = (await caller.ask("GET", "/contacts")).json()["items"]
    path = f"/contacts/{email_shown['id']}"
    assert (await by_code(caller, database, phone, "DELETE", path)).status_code == 204
    assert problem(await caller.ask("DELETE", path)) == (404, "identity.unknown_contact")
    assert (await caller.ask("GET", "/contacts")).json() == {"items": [phone_shown]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"contact": "zhang wei"}, "identity.contact_malformed"),
        ({"contact": "13800138000", "what": "replace"}, "identity.unknown_contact"),
        ({"contact": "13800138000", "what": "remove"}, "request.invalid"),
        ({"contact": "13800138000", "user_id": str(NOBODYS)}, "request.invalid"),
        ({}, "request.invalid"),
    ],
)
async def test_hostile_bodies(
    caller: Caller, problem: Problem, body: dict[str, Any], code: str
) -> None:
    assert problem(await caller.ask("POST", "/contacts", body))[1] == code


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/contacts"),
        ("POST", "/contacts"),
        ("POST", f"/contacts/{NOBODYS}/confirmation"),
        ("DELETE", f"/contacts/{NOBODYS}"),
    ],
)
async def test_nobody_is_nobody(
    client: httpx2.AsyncClient, problem: Problem, method: str, path: str
) -> None:
    answer = await client.request(method, API + path, json={"contact": "x", "code": PASSWORD})
    assert problem(answer) == (401, "auth.unauthenticated")
