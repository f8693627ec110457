"""A browser's session over HTTP: cookies, protection against other sites, listing and ending."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.core.identity.people import a_device, a_user
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.sessions import GRACE, ROTATION
from tongbao.infra.db import Database
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

BASE = "/api/v1/identity"
CURRENT = f"{BASE}/sessions/current"
COOKIE = "__Host-tb_session"
Problem = Callable[[httpx2.Response], tuple[int, str]]


def settings(**facts: Any) -> Settings:
    return Settings(environment="development").model_copy(
        update={"environment": "production", **facts}
    )


async def begun(
    database: Database, *, user: identity.User | None = None, ago: timedelta = timedelta(0)
) -> identity.NewSession:
    async with database.write() as tx:
        return await identity.begin_session(
            tx,
            user_id=(user or await a_user(tx)).id,
            factors=frozenset({"password"}),
            device=a_device(),
            at=now() - ago,
        )


@pytest.fixture
async def session(database: Database, browser: httpx2.AsyncClient) -> identity.NewSession:
    """A session that `browser` has the cookie of."""
    made = await begun(database)
    browser.cookies.set(COOKIE, made.secret, domain="test.local")
    return made


def set_cookies(response: httpx2.Response) -> list[str]:
    return response.headers.get_list("set-cookie")


async def test_a_page_asks_for_its_token_and_sends_it_back(
    browser: httpx2.AsyncClient, session: identity.NewSession
) -> None:
    told = (await browser.get(CURRENT)).json()
    assert told == {
        "session_id": str(session.session_id),
        "csrf_token": session.csrf,
        "factors": ["password"],
    }
    ended = await browser.delete(CURRENT, headers={"X-CSRF-Token": told["csrf_token"]})
    assert ended.status_code == 204
    (cookie,) = set_cookies(ended)
    assert cookie.startswith(f'{COOKIE}="";')
    assert "Max-Age=0" in cookie
    assert (await browser.get(CURRENT)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"X-CSRF-Token": "é"},
        {"X-CSRF-Token": "x" * 10_000},
    ],
)
async def test_without_the_pages_token_nothing_changes(
    browser: httpx2.AsyncClient,
    session: identity.NewSession,
    problem: Problem,
    headers: dict[str, str],
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    refused = await browser.delete(CURRENT, headers=raw)
    assert problem(refused) == (403, "auth.csrf_token_wrong")
    assert (await browser.get(CURRENT)).status_code == 200


async def test_another_sessions_token_is_no_token(
    browser: httpx2.AsyncClient,
    database: Database,
    session: identity.NewSession,
    problem: Problem,
) -> None:
    other = await begun(database)
    refused = await browser.delete(CURRENT, headers={"X-CSRF-Token": other.csrf})
    assert problem(refused) == (403, "auth.csrf_token_wrong")
    twice = [("X-CSRF-Token", session.csrf), ("X-CSRF-Token", other.csrf)]
    assert problem(await browser.delete(CURRENT, headers=twice)) == (403, "auth.csrf_token_wrong")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://test"},
        {"Origin": "https://test:8443"},
        {"Origin": "https://test.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://test", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_another_sites_page_changes_nothing_even_with_the_token(
    browser: httpx2.AsyncClient,
    session: identity.NewSession,
    problem: Problem,
    headers: dict[str, str],
) -> None:
    refused = await browser.delete(CURRENT, headers={"X-CSRF-Token": session.csrf} | headers)
    assert problem(refused) == (403, "auth.cross_site_request")
    assert (await browser.get(CURRENT)).status_code == 200


async def test_our_own_page_says_so_and_may(
    browser: httpx2.AsyncClient, session: identity.NewSession
) -> None:
    headers = {
        "X-CSRF-Token": session.csrf,
        "Origin": "https://test",
        "Sec-Fetch-Site": "same-origin",
    }
    assert (await browser.delete(CURRENT, headers=headers)).status_code == 204


async def test_where_the_address_is_configured_the_host_header_says_nothing(
    app: FastAPI,
    browser: httpx2.AsyncClient,
    session: identity.NewSession,
    problem: Problem,
) -> None:
    app.state.settings = settings(public_url="https://bank.example")
    mine = {"X-CSRF-Token": session.csrf}
    forged = mine | {"Host": "evil.example", "Origin": "https://evil.example"}
    refused = await browser.request("DELETE", CURRENT, headers=forged)
    assert problem(refused) == (403, "auth.cross_site_request")
    honest = mine | {"Origin": "https://bank.example"}
    assert (await browser.delete(CURRENT, headers=honest)).status_code == 204


async def test_a_token_and_a_session_together_are_refused(
    browser: httpx2.AsyncClient, session: identity.NewSession, problem: Problem
) -> None:
    both = {"Authorization": "Bearer tb_something"}
    assert problem(await browser.get(CURRENT, headers=both)) == (
        400,
        "auth.ambiguous_credentials",
    )


async def test_two_session_cookies_are_refused(
    client: httpx2.AsyncClient, session: identity.NewSession, problem: Problem
) -> None:
    tossed = {"Cookie": f"{COOKIE}={session.secret}; {COOKIE}=planted"}
    assert problem(await client.get(CURRENT, headers=tossed)) == (
        400,
        "auth.ambiguous_credentials",
    )


async def test_a_session_is_no_bearer_token_and_a_token_no_session(
    browser: httpx2.AsyncClient,
    client: httpx2.AsyncClient,
    session: identity.NewSession,
    problem: Problem,
) -> None:
    as_bearer = {"Authorization": f"Bearer {session.secret}"}
    assert problem(await client.get(CURRENT, headers=as_bearer))[0] == 401
    # Without the prefix that browsers protect, another host of the domain could have planted it.
    plain = {"Cookie": f"tb_session={session.secret}"}
    assert problem(await client.get(CURRENT, headers=plain)) == (401, "auth.unauthenticated")


@pytest.mark.parametrize("value", ["x", "x" * 10_000, "tb_" + "A" * 43, "' OR 1=1 --", '"'])
async def test_anything_else_in_the_cookie_is_nobody(
    client: httpx2.AsyncClient, problem: Problem, value: str
) -> None:
    answer = await client.get(CURRENT, headers={"Cookie": f"{COOKIE}={value}"})
    assert problem(answer) == (401, "auth.unauthenticated")


async def test_every_letter_of_the_cookie_counts(
    client: httpx2.AsyncClient, session: identity.NewSession
) -> None:
    for position in range(3, len(session.secret), 5):
        letter = "A" if session.secret[position] != "A" else "B"
        bad = session.secret[:position] + letter + session.secret[position + 1 :]
        answer = await client.get(CURRENT, headers={"Cookie": f"{COOKIE}={bad}"})
        assert answer.status_code == 401


async def test_a_get_renews_an_old_secret_and_the_browser_goes_on_with_the_new_one(
    browser: httpx2.AsyncClient, database: Database
) -> None:
    old = await begun(database, ago=ROTATION + timedelta(seconds=1))
    browser.cookies.set(COOKIE, old.secret, domain="test.local")
    answer = await browser.get(CURRENT)
    assert answer.status_code == 200
    (cookie,) = set_cookies(answer)
    assert cookie.startswith(f"{COOKIE}=tb_")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    assert browser.cookies[COOKIE] != old.secret
    again = await browser.get(CURRENT)
    assert again.json()["csrf_token"] == old.csrf  # the page's token outlives the secret
    assert set_cookies(again) == []


async def test_a_stolen_secret_shown_late_ends_the_session_for_thief_and_owner(
    client: httpx2.AsyncClient,
    browser: httpx2.AsyncClient,
    database: Database,
    problem: Problem,
) -> None:
    old = await begun(database, ago=ROTATION + 2 * GRACE)
    async with database.write() as tx:  # the owner's browser went on long ago
        renewed = await identity.BrowserSessions.keep(tx, old.secret, now() - 2 * GRACE)
        assert renewed is not None
        await identity.BrowserSessions.keep(tx, renewed.secret, now() - 2 * GRACE)
    browser.cookies.set(COOKIE, renewed.secret, domain="test.local")
    assert (await browser.get(CURRENT)).status_code == 200
    thief = {"Cookie": f"{COOKIE}={old.secret}"}
    assert problem(await client.get(CURRENT, headers=thief)) == (401, "auth.session_ended")
    assert problem(await browser.get(CURRENT)) == (401, "auth.unauthenticated")


async def test_own_sessions_and_devices_are_listed_and_ended(
    browser: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        user = await a_user(tx)
    here, there = await begun(database, user=user), await begun(database, user=user)
    stranger = await begun(database)
    browser.cookies.set(COOKIE, here.secret, domain="test.local")
    browser.headers["X-CSRF-Token"] = here.csrf
    listed: list[dict[str, Any]] = (await browser.get(f"{BASE}/sessions")).json()["items"]
    assert {(each["id"], each["current"]) for each in listed} == {
        (str(here.session_id), True),
        (str(there.session_id), False),
    }
    assert {each["device_name"] for each in listed} == {"Firefox · Windows"}
    for foreign in (stranger.session_id, new_id()):
        answer = await browser.delete(f"{BASE}/sessions/{foreign}")
        assert problem(answer) == (404, "identity.unknown_session")
    ended = await browser.delete(f"{BASE}/sessions/{there.session_id}")
    assert ended.status_code == 204
    assert len((await browser.get(f"{BASE}/sessions")).json()["items"]) == 1
    known: list[dict[str, Any]] = (await browser.get(f"{BASE}/devices")).json()["items"]
    assert len(known) == 2
    answer = await browser.delete(f"{BASE}/devices/{new_id()}")
    assert problem(answer) == (404, "identity.unknown_device")
    mine = next(each["device_id"] for each in listed if each["current"])
    assert (await browser.delete(f"{BASE}/devices/{mine}")).status_code == 204
    assert (await browser.get(f"{BASE}/devices")).status_code == 401  # it was this device


async def test_elsewhere_everything_ends_at_once(
    browser: httpx2.AsyncClient, client: httpx2.AsyncClient, database: Database
) -> None:
    async with database.write() as tx:
        user = await a_user(tx)
        token = await identity.issue_token(
            tx, user_id=user.id, factors=frozenset({"password"}), at=now()
        )
    here, there = await begun(database, user=user), await begun(database, user=user)
    browser.cookies.set(COOKIE, here.secret, domain="test.local")
    headers = {"X-CSRF-Token": here.csrf}
    assert (await browser.delete(f"{BASE}/sessions", headers=headers)).status_code == 204
    assert (await browser.get(CURRENT)).status_code == 200
    gone = {"Cookie": f"{COOKIE}={there.secret}"}
    assert (await client.get(CURRENT, headers=gone)).status_code == 401
    bearer = {"Authorization": f"Bearer {token.token}"}
    assert (await client.get(f"{BASE}/me", headers=bearer)).status_code == 401


async def test_a_bearer_has_no_session_of_a_browser(
    client: httpx2.AsyncClient, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        user = await a_user(tx)
        token = await identity.issue_token(
            tx, user_id=user.id, factors=frozenset({"password"}), at=now()
        )
    bearer = {"Authorization": f"Bearer {token.token}"}
    for method in ("GET", "DELETE"):
        answer = await client.request(method, CURRENT, headers=bearer)
        assert problem(answer) == (404, "identity.no_browser_session")


async def test_in_development_without_tls_the_cookie_is_plain(
    app: FastAPI, client: httpx2.AsyncClient, session: identity.NewSession
) -> None:
    app.state.settings = Settings(environment="development")
    plain = {"Cookie": f"tb_session={session.secret}"}
    assert (await client.get(CURRENT, headers=plain)).status_code == 200
    prefixed = {"Cookie": f"{COOKIE}={session.secret}"}
    assert (await client.get(CURRENT, headers=prefixed)).status_code == 401


async def test_a_session_is_exchanged_for_a_token_that_proves_the_same(
    browser: httpx2.AsyncClient,
    client: httpx2.AsyncClient,
    session: identity.NewSession,
    database: Database,
    problem: Problem,
) -> None:
    path = f"{CURRENT}/tokens"
    assert problem(await browser.post(path)) == (403, "auth.csrf_token_wrong")
    issued = await browser.post(path, headers={"X-CSRF-Token": session.csrf})
    assert issued.status_code == 201
    assert issued.headers["cache-control"] == "no-store"
    token = issued.json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await client.get(f"{BASE}/me", headers=bearer)).status_code == 200
    async with database.read() as tx:
        actor = await identity.authenticate(tx, token, now())
    assert actor is not None
    assert actor.factors == {"password"}
    assert problem(await client.post(path, headers=bearer)) == (404, "identity.no_browser_session")
