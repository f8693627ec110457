import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from structlog.typing import EventDict

from tests.unit.infra.web.till import BASE, Users, call, new_note
from tongbao.infra.web import install
from tongbao.infra.web.out import SECURITY_HEADERS

NOTES = f"{BASE}/notes"


def access(logs: list[EventDict]) -> EventDict:
    (line,) = [line for line in logs if line["event"] == "request"]
    return line


@pytest.mark.parametrize("sent", ["a", "0197c0de-0000-7000-8000-000000000001", "x" * 64, "a.b_c-D"])
async def test_a_plain_request_id_is_kept(client: httpx2.AsyncClient, sent: str) -> None:
    answer = await client.get("/health/live", headers={"X-Request-Id": sent})
    assert answer.headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", [b"", b"x" * 65, b"a b", b"a\n", b"<script>", b"caf\xe9", b"a;b"])
async def test_any_other_request_id_is_replaced(app: FastAPI, sent: bytes) -> None:
    seen = await call(app, path="/health/live", headers=[(b"x-request-id", sent)])
    assert UUID(seen.headers["x-request-id"]).version == 7


async def test_two_request_ids_are_replaced(app: FastAPI) -> None:
    header = (b"x-request-id", b"a")
    seen = await call(app, path="/health/live", headers=[header, header])
    assert UUID(seen.headers["x-request-id"]).version == 7


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health/live"),
        ("GET", "/nowhere"),
        ("GET", "/docs"),
        ("GET", "/\x00"),
        ("POST", NOTES),
        ("GET", f"{NOTES}/written-while-reading"),
    ],
)
async def test_every_answer_has_the_security_headers(
    app: FastAPI, users: Users, method: str, path: str
) -> None:
    authorization = (b"authorization", users.add()[1]["Authorization"].encode())
    seen = await call(app, method=method, path=path, headers=[authorization])
    lower = {name.lower(): value for name, value in seen.headers.items()}
    for name, value in SECURITY_HEADERS.items():
        assert lower[name.lower()] == value or (name, path) == ("Cache-Control", "/docs")
    assert "strict-transport-security" not in lower
    assert lower["x-request-id"]


def test_the_content_security_policy_is_strict() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_over_tls_the_browser_is_told_to_stay_there(app: FastAPI) -> None:
    seen = await call(app, path="/health/live", scheme="https")
    assert seen.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_api_answers_are_not_kept_by_browsers(
    client: httpx2.AsyncClient, users: Users
) -> None:
    answer = await client.get(NOTES, headers=users.add()[1])
    assert answer.headers["cache-control"] == "no-store"


async def test_the_access_log_names_the_route_and_nothing_personal(
    client: httpx2.AsyncClient, users: Users, logs: list[EventDict]
) -> None:
    actor, headers = users.add()
    await client.post(
        f"{BASE}/drawers/my-secret-drawer/notes?pin=1234",
        json=new_note(body="my diary", then="refuse"),
        headers=headers | {"Idempotency-Key": "my-key", "X-Request-Id": "r-7"},
    )
    line = access(logs)
    duration_ms = line.pop("duration_ms")
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": "r-7",
        "method": "POST",
        "route": f"{BASE}/drawers/{{drawer}}/notes",
        "status": 422,
        "problem": "till.drawer_empty",
        "actor_id": str(actor.id),
    }
    assert 0 < duration_ms < 60_000


async def test_an_unknown_path_is_logged_without_the_path(
    client: httpx2.AsyncClient, logs: list[EventDict]
) -> None:
    await client.get("/someone@example.com")
    assert access(logs)["route"] == "(unmatched)"
    assert "example" not in str(logs)


async def test_health_checks_do_not_fill_the_log(
    client: httpx2.AsyncClient, logs: list[EventDict]
) -> None:
    await client.get("/health/live")
    assert access(logs)["log_level"] == "debug"


def counted(method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("tongbao_http_requests_total", labels) or 0.0


async def test_requests_are_counted_by_route_template(client: httpx2.AsyncClient) -> None:
    route = f"{BASE}/drawers/{{drawer}}/notes"
    before = counted("POST", route, "401")
    unmatched = counted("OTHER", "(unmatched)", "404")
    for drawer in range(3):
        await client.post(f"{BASE}/drawers/{drawer}/notes")
        await client.request(f"BREW{drawer}", f"/{drawer}")
    assert counted("POST", route, "401") == before + 3
    assert counted("OTHER", "(unmatched)", "404") == unmatched + 3
    await asyncio.sleep(0)  # it is said when the event loop has served who is ready
    assert REGISTRY.get_sample_value("tongbao_http_requests_in_flight") == 0


def test_starting_and_stopping_pass_through() -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        steps.append("started")
        yield
        steps.append("stopped")

    app = FastAPI(docs_url=None, redoc_url=None, lifespan=lifespan)
    install(app)
    with TestClient(app) as client:
        assert client.get("/health/live").status_code == 200
    assert steps == ["started", "stopped"]
