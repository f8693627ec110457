"""Flow control on the whole application: limits, their headers, shedding, safe answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.support.bank import problem, settings
from tests.support.logs import own_logs
from tests.support.partners import TOKEN
from tongbao.app.main import create_app
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.infra.db import Database
from tongbao.infra.flow.control import GUESSABLE, Flow
from tongbao.infra.postgres import Urls
from tongbao.infra.web.out import SECURITY_HEADERS
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

LOG_IN = "/api/v1/identity/tokens"
ME = "/api/v1/identity/me"
PASSWORD = "correct horse battery"
GUESS = {"username": "nobody", "password": "wrong wrong wrong"}


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    """A database of the test's own: what one used up would count in the next."""
    return fresh_database()


@asynccontextmanager
async def serving(urls: Urls, **changed: Any) -> AsyncIterator[tuple[httpx2.AsyncClient, FastAPI]]:
    with own_logs():
        app = create_app(settings(urls, **changed))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://bank") as http,
    ):
        yield http, app


def flow_of(app: FastAPI) -> Flow:
    """Return what the gate works with."""
    made = app.state.admit.__self__
    assert isinstance(made, Flow)
    return made


def items(header: str) -> dict[str, dict[str, int]]:
    """Read a list of structured fields (RFC 9651) as these headers use it."""
    found = {}
    for item in header.split(", "):
        name, *parameters = item.split(";")
        assert name[0] == name[-1] == '"'
        found[name[1:-1]] = {k: int(v) for k, v in (each.split("=") for each in parameters)}
    return found


async def staff(app: FastAPI, http: httpx2.AsyncClient) -> dict[str, str]:
    database: Database = app.state.database
    login = f"staff-{new_id()}"
    async with database.write() as tx:
        await identity.create_user(
            tx,
            login=login,
            password=PASSWORD,
            name="王敏",
            kind=UserKind.STAFF,
            roles=[Role.AUDITOR],
            at=now(),
        )
    answer = await http.post(LOG_IN, data={"username": login, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


SIGNED = ["/api/v1/channels/{channel}/callbacks"]
"""Doors where each message bears a signature: there is nothing to guess, and many come at once."""


async def test_every_door_that_is_open_to_all_is_slowed_down(urls: Urls) -> None:
    async with serving(urls) as (_, app):
        described = app.openapi()["paths"]
    doors = [
        path
        for path, methods in described.items()
        if "post" in methods and not methods["post"].get("security")
    ]
    assert LOG_IN in doors
    assert TOKEN in doors
    assert [path for path in doors if not path.startswith(GUESSABLE)] == SIGNED


async def test_every_answer_tells_the_limits(urls: Urls) -> None:
    async with serving(urls, rate_limits={"read": "50/60", "address": "1000/60"}) as (http, app):
        headers = await staff(app, http)
        first = await http.get(ME, headers=headers)
        second = await http.get(ME, headers=headers)
    policy = items(first.headers["ratelimit-policy"])
    assert policy["read"] == {"q": 50, "w": 60}
    assert policy["address"] == {"q": 1000, "w": 60}
    left = [items(each.headers["ratelimit"])["read"] for each in (first, second)]
    assert [each["r"] for each in left] == [49, 48]
    assert left[1]["t"] in {2, 3}


async def test_guessing_is_slowed_down_by_address(urls: Urls) -> None:
    async with serving(urls, rate_limits={"login": "3/600"}) as (http, _):
        answers = [await http.post(LOG_IN, data=GUESS) for _ in range(3)]
        assert [each.status_code for each in answers] == [401] * 3
        limited = await http.post(LOG_IN, data=GUESS | {"username": "somebody-else"})
        assert problem(limited) == (429, "flow.too_many_requests")
        seconds = int(limited.headers["retry-after"])
        assert 150 < seconds <= 200
        assert limited.json()["retry_after_seconds"] == seconds
        # The header is anybody's to write, and no proxy is trusted here.
        forged = {"X-Forwarded-For": "198.51.100.7"}
        assert (await http.post(LOG_IN, data=GUESS, headers=forged)).status_code == 429
        assert (await http.post(TOKEN, data={})).status_code == 429, "one limit for all doors"
        assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/api/v1/agreements/consent-texts")).status_code == 200


async def test_behind_a_trusted_proxy_each_caller_has_their_own(urls: Urls) -> None:
    changed: dict[str, Any] = {"rate_limits": {"login": "1/600"}, "trusted_proxies": "127.0.0.1"}
    async with serving(urls, **changed) as (http, _):

        async def ask(forwarded: str) -> int:
            headers = {"X-Forwarded-For": forwarded}
            return (await http.post(LOG_IN, data=GUESS, headers=headers)).status_code

        assert await ask("198.51.100.17") == 401
        assert await ask("198.51.100.17") == 429
        assert await ask("198.51.100.18") == 401
        assert await ask("1.2.3.4, 198.51.100.18") == 429, "what the caller wrote is not believed"


async def test_a_user_has_limits_of_their_own_and_reading_another_than_writing(urls: Urls) -> None:
    async with serving(urls, rate_limits={"read": "2/600"}) as (http, app):
        one, other = await staff(app, http), await staff(app, http)
        assert [(await http.get(ME, headers=one)).status_code for _ in range(3)] == [200, 200, 429]
        assert (await http.get(ME, headers=other)).status_code == 200
        left = await http.delete(f"{LOG_IN}/current", headers=one)
        assert left.status_code == 204


async def test_two_processes_share_a_limit(urls: Urls) -> None:
    changed = {"login": "4/601"}
    async with (
        serving(urls, rate_limits=changed) as (one, _),
        serving(urls, rate_limits=changed) as (other, _),
    ):
        await one.post(LOG_IN, data=GUESS)  # whatever earlier tests have used up
        seen = [
            (await http.post(LOG_IN, data=GUESS)).status_code
            for _ in range(4)
            for http in (one, other)
        ]
        assert seen.count(401) <= 3
        assert seen[-2:] == [429, 429]


async def test_overload_is_refused_early_and_health_is_not(urls: Urls) -> None:
    async with serving(urls, requests_in_flight_max=1) as (http, app):
        flow = flow_of(app)
        flow.overload.in_flight = 1
        refused = await http.get("/api/v1/agreements/consent-texts")
        assert problem(refused) == (503, "flow.overloaded")
        assert refused.headers["retry-after"] == "1"
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await http.get(path)).status_code == 200
        flow.overload.in_flight = 0
        assert (await http.get("/api/v1/agreements/consent-texts")).status_code == 200


async def test_requests_that_end_make_room(urls: Urls) -> None:
    async with serving(urls, requests_in_flight_max=2) as (http, app):
        for path in ("/", "/nowhere", "/api/v1/agreements/consent-texts", ME):
            for _ in range(3):
                assert (await http.get(path)).status_code != 503
        assert flow_of(app).overload.in_flight == 0


async def test_every_kind_of_answer_has_the_security_headers(urls: Urls) -> None:
    async with serving(urls, rate_limits={"login": "1/600"}) as (http, app):
        headers = await staff(app, http)
        limited = await http.post(LOG_IN, data=GUESS)
        flow_of(app).overload.in_flight = 10_000
        shed = await http.get(ME)
        flow_of(app).overload.in_flight = 0
        asked: list[tuple[str, str, dict[str, Any], int]] = [
            ("GET", "/", {}, 200),
            ("GET", "/platform", {}, 200),
            ("HEAD", "/platform", {}, 405),
            ("OPTIONS", "/platform", {}, 405),
            ("GET", "/site/home.css", {}, 200),
            ("GET", "/docs", {}, 200),
            ("GET", "/openapi.json", {}, 200),
            ("GET", "/.well-known/oauth-authorization-server", {}, 200),
            ("GET", "/health/ready", {}, 200),
            ("GET", "/metrics", {}, 200),
            ("GET", "/nowhere", {}, 404),
            ("PATCH", ME, {}, 405),
            ("GET", ME, {}, 401),
            ("GET", ME, {"headers": headers}, 200),
            ("POST", "/api/v1/parties", {"headers": headers, "json": {}}, 403),
            ("POST", TOKEN, {"data": {}}, 429),
            ("GET", "/api/v1/parties/not-an-id", {"headers": headers}, 422),
            ("POST", "/api/v1/parties", {"headers": headers, "content": b"x" * 1_100_000}, 413),
            ("DELETE", f"{LOG_IN}/current", {"headers": headers}, 204),
        ]
        answers = [(limited, 429), (shed, 503)]
        for method, path, more, status in asked:
            answers.append((await http.request(method, path, **more), status))
    for answer, status in answers:
        where = f"{answer.request.method} {answer.request.url.path}"
        assert answer.status_code == status, where
        for name, value in SECURITY_HEADERS.items():
            if name != "Cache-Control":
                assert answer.headers[name] == value, f"{where}: {name}"
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
        assert answer.headers["cache-control"] in {"no-store", "no-cache"} or "docs" in where
