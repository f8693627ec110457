"""Registering by phone or e-mail, and passwords changed and forgotten, over HTTP."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.unit.core.identity.people import (
    PASSWORD,
    a_phone,
    a_user,
    an_email,
    code_sent_to,
    sent_to,
    with_contact,
)
from tests.unit.core.identity.test_logging_in_router import told
from tests.unit.core.identity.test_logging_in_service import Riddle, other_than
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import factors
from tongbao.core.identity.domain.contacts import Contact
from tongbao.core.identity.domain.factors import second_factors
from tongbao.infra.db import Database
from tongbao.infra.passwords import hash_password
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

BASE = "/api/v1/identity"
NEW_PASSWORD = "a kettle on the moon"
COOKIE = "__Host-tb_session"
Problem = Callable[[httpx2.Response], tuple[int, str]]


async def code_of(database: Database, contact: Contact) -> str:
    async with database.read() as tx:
        return await code_sent_to(tx, contact)


async def begun(browser: httpx2.AsyncClient, contact: Contact, what: str = "registrations") -> str:
    answer = await browser.post(f"{BASE}/{what}", json={"contact": contact.address})
    assert answer.status_code == 202, answer.text
    assert list(answer.json()) == ["id"]
    return str(answer.json()["id"])


async def ticket(browser: httpx2.AsyncClient, database: Database, contact: Contact) -> str:
    registration = await begun(browser, contact)
    answer = await browser.post(
        f"{BASE}/registrations/{registration}/confirmation",
        json={"contact": contact.address, "code": await code_of(database, contact)},
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["ticket"])


def completion(given: str, **more: Any) -> dict[str, Any]:
    return {"ticket": given, "name": "王芳", "password": PASSWORD} | more


@pytest.mark.parametrize("make", [a_phone, an_email])
async def test_somebody_registers_and_is_logged_in(
    browser: httpx2.AsyncClient, database: Database, make: Callable[[], Contact]
) -> None:
    contact = make()
    given = await ticket(browser, database, contact)
    answer = await browser.post(f"{BASE}/registrations/completion", json=completion(given))
    assert answer.status_code == 201, answer.text
    me = (await browser.get(f"{BASE}/me")).json()
    assert (me["kind"], me["name"]) == ("customer", "王芳")
    (party_id,) = me["party_ids"]
    party = (await browser.get(f"/api/v1/parties/{party_id}")).json()
    assert (party["kind"], party["name"]) == ("person", "王芳")
    current = (await browser.get(f"{BASE}/sessions/current")).json()
    assert current["factors"] == ["otp", "password"]
    again = {"login": contact.address, "password": PASSWORD}
    assert (await browser.post(f"{BASE}/sessions", json=again)).status_code == 201


async def test_a_contact_that_has_an_account_gets_the_same_answer_and_its_owner_is_told(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        taken = await with_contact(tx, await a_user(tx))
    free = a_phone()
    answers = {}
    for contact in (taken, free):
        answer = await browser.post(f"{BASE}/registrations", json={"contact": contact.address})
        again = await browser.post(f"{BASE}/registrations", json={"contact": contact.address})
        assert problem(again) == (429, "notify.too_many_messages")
        guess = {"contact": contact.address, "code": "000000"}
        wrong = await browser.post(
            f"{BASE}/registrations/{answer.json()['id']}/confirmation", json=guess
        )
        assert problem(wrong) == (422, "identity.code_wrong")
        answers[contact] = (answer.status_code, list(answer.json()), told(wrong))
    assert answers[taken] == answers[free]
    async with database.read() as tx:
        assert [each.template for each in await sent_to(tx, taken)] == [
            "identity.already_registered"
        ]
        assert [each.template for each in await sent_to(tx, free)] == ["identity.register_code"]


async def test_two_who_confirm_the_same_contact_do_not_both_get_it(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    given = await ticket(browser, database, a_phone())
    path = f"{BASE}/registrations/completion"
    assert (await browser.post(path, json=completion(given))).status_code == 201
    assert problem(await browser.post(path, json=completion(given))) == (
        422,
        "identity.ticket_over",
    )


async def test_of_two_at_the_same_moment_one_gets_the_contact(
    client: httpx2.AsyncClient, database: Database
) -> None:
    given = await ticket(client, database, a_phone())
    path = f"{BASE}/registrations/completion"
    answers = await asyncio.gather(*(client.post(path, json=completion(given)) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 422, 422]


async def test_no_connection_is_held_while_the_password_is_hashed(
    browser: httpx2.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await ticket(browser, database, a_phone())
    pool = database.engine.sync_engine.pool
    held: list[int] = []

    async def watched(password: str) -> str:
        held.append(pool.checkedout())  # type: ignore[attr-defined]  # it is a queue's
        return await hash_password(password)

    router = import_module("tongbao.core.identity.router.registering")
    monkeypatch.setattr(router, "hash_password", watched)
    answer = await browser.post(f"{BASE}/registrations/completion", json=completion(given))
    assert answer.status_code == 201, answer.text
    assert held == [0]


async def test_a_ticket_is_not_made_up(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    good = await ticket(browser, database, a_phone())
    path = f"{BASE}/registrations/completion"
    bad = [good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :] for n in (0, 50, -3)]
    for each in (*bad, "", "x", "é", "=" * 900, good + "x"):
        answer = await browser.post(path, json=completion(each))
        assert problem(answer) == (422, "identity.ticket_over")
    assert (await browser.post(path, json=completion(good))).status_code == 201


async def test_nobody_registers_as_more_than_a_customer(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    given = await ticket(browser, database, a_phone())
    for more in (
        {"roles": ["staff_operations"]},
        {"kind": "staff"},
        {"party_ids": [str(new_id())]},
        {"login": "admin"},
    ):
        answer = await browser.post(
            f"{BASE}/registrations/completion", json=completion(given, **more)
        )
        assert problem(answer) == (422, "request.invalid")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"password": "short"}, "identity.password_too_weak"),
        ({"password": "Password123456!"}, "identity.password_common"),
        ({"name": ""}, "parties.name_malformed"),
        ({"name": "\u202eevil"}, "parties.name_malformed"),
    ],
)
async def test_a_weak_password_leaves_the_ticket_good(
    browser: httpx2.AsyncClient,
    database: Database,
    problem: Problem,
    more: dict[str, str],
    code: str,
) -> None:
    given = await ticket(browser, database, an_email())
    path = f"{BASE}/registrations/completion"
    assert problem(await browser.post(path, json=completion(given, **more))) == (422, code)
    assert (await browser.post(path, json=completion(given))).status_code == 201


async def test_one_address_cannot_have_messages_sent_to_everybody(
    browser: httpx2.AsyncClient, problem: Problem
) -> None:
    for _ in range(30):
        await begun(browser, a_phone())
    refused = await browser.post(f"{BASE}/registrations", json={"contact": a_phone().address})
    assert problem(refused) == (429, "identity.log_in_paused")
    refused = await browser.post(f"{BASE}/password-resets", json={"contact": a_phone().address})
    assert problem(refused) == (429, "identity.log_in_paused")


@pytest.mark.parametrize("contact", ["", "x", "12345", "a@b", "x" * 301, "13800138000\r\nx"])
async def test_what_is_no_contact_is_refused(
    browser: httpx2.AsyncClient, problem: Problem, contact: str
) -> None:
    for path in ("registrations", "password-resets"):
        answer = await browser.post(f"{BASE}/{path}", json={"contact": contact})
        status, code = problem(answer)
        assert status == 422
        assert code in {"identity.contact_malformed", "request.invalid"}


# changing


async def logged_in(browser: httpx2.AsyncClient, database: Database) -> identity.User:
    async with database.write() as tx:
        user = await a_user(tx)
    answer = await browser.post(
        f"{BASE}/sessions", json={"login": user.login, "password": PASSWORD}
    )
    browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return user


async def test_a_changed_password_ends_everything_else_and_tells_the_owner(
    browser: httpx2.AsyncClient, client: httpx2.AsyncClient, database: Database
) -> None:
    user = await logged_in(browser, database)
    async with database.write() as tx:
        contact = await with_contact(tx, user)
        token = await identity.issue_token(
            tx, user_id=user.id, factors=frozenset({"password"}), at=now()
        )
    elsewhere = {"Authorization": f"Bearer {token.token}"}
    assert (await client.get(f"{BASE}/me", headers=elsewhere)).status_code == 200
    change = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    key = {"Idempotency-Key": str(new_id())}
    assert (await browser.post(f"{BASE}/password", json=change, headers=key)).status_code == 204
    async with database.read() as tx:  # no hash of a body that holds passwords is kept
        kept = await tx.scalar(
            text("SELECT count(*) FROM infra_idempotency WHERE actor_id = :id"), {"id": user.id}
        )
    assert kept == 0
    assert (await client.get(f"{BASE}/me", headers=elsewhere)).status_code == 401
    assert (await browser.get(f"{BASE}/me")).status_code == 200
    async with database.read() as tx:
        (message,) = await sent_to(tx, contact)
    assert message.template == "identity.password_changed"
    old = {"login": user.login, "password": PASSWORD}
    assert (await client.post(f"{BASE}/sessions", json=old)).status_code == 401


async def test_who_does_not_know_the_old_password_does_not_change_it(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    await logged_in(browser, database)
    change = {"old_password": "wrong", "new_password": NEW_PASSWORD}
    for _ in range(5):
        answer = await browser.post(f"{BASE}/password", json=change)
        assert problem(answer) == (401, "identity.log_in_refused")
    assert problem(await browser.post(f"{BASE}/password", json=change)) == (
        429,
        "identity.log_in_paused",
    )


async def test_a_new_password_is_no_common_one(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    await logged_in(browser, database)
    change = {"old_password": PASSWORD, "new_password": "passwordpassword"}
    answer = await browser.post(f"{BASE}/password", json=change)
    assert problem(answer) == (422, "identity.password_common")


# resetting


async def confirmed(
    browser: httpx2.AsyncClient, database: Database, contact: Contact
) -> dict[str, Any]:
    reset = await begun(browser, contact, "password-resets")
    answer = await browser.post(
        f"{BASE}/password-resets/{reset}/confirmation",
        json={"contact": contact.address, "code": await code_of(database, contact)},
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_forgotten_password_is_reset_by_contact_and_everything_ends(
    browser: httpx2.AsyncClient, client: httpx2.AsyncClient, database: Database
) -> None:
    user = await logged_in(browser, database)
    async with database.write() as tx:
        contact = await with_contact(tx, user)
    challenge = await confirmed(client, database, contact)
    assert challenge["factors"] == []
    done = {"challenge_id": challenge["challenge_id"], "new_password": NEW_PASSWORD}
    path = f"{BASE}/password-resets/completion"
    answer = await client.post(path, json=done)
    assert answer.status_code == 204, answer.text
    assert answer.headers.get_list("set-cookie") == []
    assert (await browser.get(f"{BASE}/me")).status_code == 401
    assert (await client.post(path, json=done)).status_code == 401  # once
    async with database.read() as tx:
        assert (await sent_to(tx, contact))[0].template == "identity.password_reset"
    again = {"login": user.login, "password": NEW_PASSWORD}
    assert (await browser.post(f"{BASE}/sessions", json=again)).status_code == 201


async def test_a_contact_alone_does_not_take_over_an_account_with_another_factor(
    client: httpx2.AsyncClient,
    database: Database,
    problem: Problem,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with database.write() as tx:
        user = await a_user(tx)
        contact = await with_contact(tx, user)
    codes = {each.name: each for each in second_factors()}
    monkeypatch.setattr(factors, "_FACTORS", codes | {"riddle": Riddle()})
    challenge = await confirmed(client, database, contact)
    assert challenge["factors"] == ["riddle"]
    handle = challenge["challenge_id"]
    done = {"challenge_id": handle, "new_password": NEW_PASSWORD}
    path = f"{BASE}/password-resets/completion"
    without = await client.post(path, json=done)
    assert problem(without) == (422, "identity.factor_not_offered")
    by_code = await client.post(path, json=done | {"factor": "otp_sms", "code": "000000"})
    assert problem(by_code) == (422, "identity.factor_not_offered")
    # The challenge of a reset logs nobody in.
    answer = {"factor": "riddle", "code": "56"}
    asked = await client.post(f"{BASE}/sessions/challenges/{handle}/factors/riddle")
    assert asked.json()["data"] == {"question": "7 x 8"}
    log_in = await client.post(f"{BASE}/sessions/challenges/{handle}", json=answer)
    assert problem(log_in) == (401, "identity.challenge_over")
    wrong = await client.post(path, json=done | {"factor": "riddle", "code": "57"})
    assert problem(wrong) == (401, "identity.factor_refused")
    weak = await client.post(path, json=done | answer | {"new_password": "passwordpassword"})
    assert problem(weak) == (422, "identity.password_common")
    assert (await client.post(path, json=done | answer)).status_code == 204


async def test_a_log_ins_challenge_resets_no_password(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        user = await a_user(tx)
        await with_contact(tx, user)
    begun = await browser.post(f"{BASE}/sessions", json={"login": user.login, "password": PASSWORD})
    done = {"challenge_id": begun.json()["challenge_id"], "new_password": NEW_PASSWORD}
    answer = await browser.post(f"{BASE}/password-resets/completion", json=done)
    assert problem(answer) == (401, "identity.challenge_over")


async def test_a_contact_without_an_account_gets_the_same_answers(
    client: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        known = await with_contact(tx, await a_user(tx))
    nobody = a_phone()
    answers = []
    for contact in (known, nobody):
        reset = await begun(client, contact, "password-resets")
        wrong = await client.post(
            f"{BASE}/password-resets/{reset}/confirmation",
            json={"contact": contact.address, "code": "000000"},
        )
        assert problem(wrong) == (422, "identity.code_wrong")
        answers.append(told(wrong))
    assert answers[0] == answers[1]
    async with database.read() as tx:
        assert [each.template for each in await sent_to(tx, nobody)] == ["identity.no_account"]


async def test_a_code_to_register_resets_no_password(
    client: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    contact = a_phone()
    registration = await begun(client, contact)
    code = await code_of(database, contact)
    async with database.write() as tx:
        await with_contact(tx, await a_user(tx), contact)
    answer = await client.post(
        f"{BASE}/password-resets/{registration}/confirmation",
        json={"contact": contact.address, "code": code},
    )
    assert problem(answer) == (422, "identity.code_wrong")


async def test_wrong_codes_use_up_their_tries_although_each_was_answered(
    client: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    contact = a_phone()
    registration = await begun(client, contact)
    path = f"{BASE}/registrations/{registration}/confirmation"
    code = await code_of(database, contact)
    body = {"contact": contact.address, "code": other_than(code)}
    for _ in range(5):
        assert (await client.post(path, json=body)).status_code == 422
    answer = await client.post(path, json=body | {"code": code})
    assert problem(answer) == (422, "identity.code_wrong")
    async with database.read() as tx:
        tries = await tx.scalar(
            text("SELECT tries FROM identity_code WHERE id = :id"), {"id": registration}
        )
    assert tries == 5
