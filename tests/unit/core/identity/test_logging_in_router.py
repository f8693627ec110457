"""Logging in as a browser does: cookies, the second step, and what a guesser learns."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.unit.core.identity.people import (
    PASSWORD,
    a_login,
    a_user,
    code_sent_to,
    with_contact,
)
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.contacts import Contact
from tongbao.infra.db import Database

BASE = "/api/v1/identity"
SESSIONS = f"{BASE}/sessions"
COOKIE, DEVICE = "__Host-tb_session", "__Host-tb_device"
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture
async def user(database: Database) -> identity.User:
    async with database.write() as tx:
        return await a_user(tx)


@pytest.fixture
async def contact(database: Database, user: identity.User) -> Contact:
    async with database.write() as tx:
        return await with_contact(tx, user)


def body(login: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    return {"login": login, "password": password} | more


async def log_in(browser: httpx2.AsyncClient, login: str) -> dict[str, Any]:
    answer = await browser.post(SESSIONS, json=body(login))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def challenge(browser: httpx2.AsyncClient, login: str) -> str:
    answer = await browser.post(SESSIONS, json=body(login))
    assert answer.status_code == 202, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get_list("set-cookie") == []
    told = answer.json()
    assert told["factors"] == ["otp_sms"]
    return str(told["challenge_id"])


async def test_a_browser_logs_in_and_has_its_cookies(
    browser: httpx2.AsyncClient, user: identity.User
) -> None:
    answer = await browser.post(SESSIONS, json=body(user.login))
    assert answer.status_code == 201
    cookies = answer.headers.get_list("set-cookie")
    assert [each.partition("=")[0] for each in cookies] == [COOKIE, DEVICE]
    for each in cookies:
        for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age="):
            assert word in each
    assert browser.cookies[COOKIE] not in answer.text
    current = (await browser.get(f"{SESSIONS}/current")).json()
    assert current["session_id"] == answer.json()["session_id"]
    assert current["csrf_token"] == answer.json()["csrf_token"]


async def test_the_second_step_begins_the_session_and_next_time_it_is_not_asked(
    browser: httpx2.AsyncClient, user: identity.User, contact: Contact, database: Database
) -> None:
    handle = await challenge(browser, contact.address)
    asked = await browser.post(f"{SESSIONS}/challenges/{handle}/factors/otp_sms")
    assert asked.status_code == 200
    assert asked.json()["data"]["sent_to"].endswith(contact.address[-4:])
    async with database.read() as tx:
        code = await code_sent_to(tx, contact)
    assert code not in asked.text
    wrong = f"{(int(code) + 1) % 10**6:06}"
    answer = {"factor": "otp_sms", "code": wrong}
    refused = await browser.post(f"{SESSIONS}/challenges/{handle}", json=answer)
    assert refused.status_code == 401
    assert refused.json()["tries_left"] == 4
    answer["code"] = code
    begun = await browser.post(f"{SESSIONS}/challenges/{handle}", json=answer)
    assert begun.status_code == 201
    current = (await browser.get(f"{SESSIONS}/current")).json()
    assert current["factors"] == ["otp", "password"]
    await log_in(browser, contact.address)


async def test_a_planted_session_is_worth_nothing_after_log_in(
    browser: httpx2.AsyncClient,
    client: httpx2.AsyncClient,
    user: identity.User,
    database: Database,
) -> None:
    async with database.write() as tx:
        attacker = await a_user(tx)
    await log_in(browser, attacker.login)
    planted = browser.cookies[COOKIE]
    await log_in(browser, user.login)
    assert browser.cookies[COOKIE] != planted
    me = (await browser.get(f"{BASE}/me")).json()
    assert me["id"] == str(user.id)
    old = await client.get(f"{BASE}/me", headers={"Cookie": f"{COOKIE}={planted}"})
    assert old.status_code == 401


async def test_a_made_up_cookie_does_not_become_the_session(
    browser: httpx2.AsyncClient, user: identity.User
) -> None:
    chosen = "tb_" + "A" * 43
    browser.cookies.set(COOKIE, chosen, domain="test.local")
    await log_in(browser, user.login)
    assert browser.cookies[COOKIE] != chosen


def told(response: httpx2.Response) -> tuple[int, dict[str, Any], list[str]]:
    """What a guesser learns: everything but the request's own id."""
    answer = response.json()
    del answer["instance"]
    kept = [name for name in response.headers if name not in {"content-length", "x-request-id"}]
    return response.status_code, answer, kept


async def test_known_and_unknown_logins_cannot_be_told_apart(
    browser: httpx2.AsyncClient, contact: Contact, problem: Problem
) -> None:
    answers = [
        await browser.post(SESSIONS, json=body(login, "not the password"))
        for login in (contact.address, "13911112223", "nobody@example.com", a_login(), "???")
    ]
    assert problem(answers[0]) == (401, "identity.log_in_refused")
    assert all(told(each) == told(answers[0]) for each in answers)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
)
async def test_another_site_logs_nobody_in(
    browser: httpx2.AsyncClient,
    user: identity.User,
    problem: Problem,
    headers: dict[str, str],
) -> None:
    refused = await browser.post(SESSIONS, json=body(user.login), headers=headers)
    assert problem(refused) == (403, "auth.cross_site_request")
    for path in (f"{SESSIONS}/challenges/x", f"{SESSIONS}/challenges/x/factors/totp"):
        answer = {"factor": "totp", "code": "1"}
        refused = await browser.post(path, json=answer, headers=headers)
        assert problem(refused) == (403, "auth.cross_site_request")


async def test_a_form_of_another_site_is_no_log_in(
    browser: httpx2.AsyncClient, user: identity.User, problem: Problem
) -> None:
    refused = await browser.post(SESSIONS, data=body(user.login))
    assert problem(refused) == (415, "request.unsupported_media_type")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"login": "a"},
        body("x" * 301),
        body("a", "x" * 1_001),
        body("a", fingerprint="A" * 64),
        body("a", fingerprint="a" * 65),
        body("a", factors=["password", "totp"]),
        body("a", user_id="x"),
        body("a", trusted=True),
        {"login": ["a"], "password": "b"},
    ],
)
async def test_a_broken_log_in_is_invalid_and_repeats_no_secret(
    browser: httpx2.AsyncClient, problem: Problem, sent: dict[str, Any]
) -> None:
    answer = await browser.post(SESSIONS, json=sent)
    assert problem(answer) == (422, "request.invalid")
    assert PASSWORD not in answer.text


async def test_oversized_headers_and_handles_are_refused_precisely(
    browser: httpx2.AsyncClient, user: identity.User, problem: Problem
) -> None:
    answer = {"factor": "totp", "code": "1"}
    long = await browser.post(f"{SESSIONS}/challenges/{'x' * 101}", json=answer)
    assert problem(long) == (422, "request.invalid")
    unknown = await browser.post(f"{SESSIONS}/challenges/{'x' * 100}", json=answer)
    assert problem(unknown) == (401, "identity.challenge_over")
    huge = await browser.post(SESSIONS, json=body("x" * 2_000_000))
    assert problem(huge) == (413, "request.too_large")
    agent = {"User-Agent": "x" * 60_000, "Cookie": f"{DEVICE}={'x' * 60_000}"}
    assert (await browser.post(SESSIONS, json=body(user.login), headers=agent)).status_code == 201


async def test_what_a_browser_says_of_itself_stays_one_line(
    browser: httpx2.AsyncClient, user: identity.User, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "x\x1b[2J 2026-01-01 [error] admin logged in \u2028"
    begun = await browser.post(
        SESSIONS, json=body(user.login), headers=[(b"User-Agent", evil.encode())]
    )
    assert begun.status_code == 201
    listed = (await browser.get(SESSIONS)).json()["items"]
    assert all(each["device_name"].isprintable() for each in listed)
    assert "admin logged in" not in capsys.readouterr().out
