import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.typing import EventDict

from tests.unit.infra.web.till import BASE, Users, call, client_of, make_app, new_note
from tongbao.infra.db import Database
from tongbao.infra.web import Problem
from tongbao.infra.web.problems import STATUS, database_error, problem_response
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class Refusal(TongbaoError):
    code = "till.refusal"
    kind = Kind.REFUSED
    title = Text(zh="不行", en="No")
    detail = Text(zh="因为 {why}", en="Because of {why}")


def scope_of(language: str = "en") -> dict[str, Any]:
    return {
        "type": "http",
        "app": FastAPI(),
        "headers": [(b"accept-language", language.encode())],
        "state": {"request_id": "r-1"},
    }


def document_of(error: TongbaoError, language: str = "en") -> dict[str, Any]:
    response = problem_response(scope_of(language), error)
    return Problem.model_validate_json(bytes(response.body)).model_dump(exclude_none=True)


def test_a_problem_is_said_in_the_language_of_the_caller() -> None:
    english = document_of(Refusal(why="rain"))
    assert english == {
        "type": "urn:tongbao:problem:till.refusal",
        "title": "No",
        "status": 422,
        "detail": "Because of rain",
        "code": "till.refusal",
        "instance": "urn:tongbao:request:r-1",
        "why": "rain",
    }
    chinese = document_of(Refusal(why="下雨"), "zh-CN")
    assert (chinese["title"], chinese["detail"]) == ("不行", "因为 下雨")
    assert problem_response(scope_of("zh"), Refusal(why="")).headers["content-language"] == "zh"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_status(kind: Kind) -> None:
    class Some(TongbaoError):
        code = "till.some"

    Some.kind = kind
    response = problem_response(scope_of(), Some())
    assert response.status_code == STATUS[kind]
    assert 400 <= response.status_code < 500 or kind is Kind.UNAVAILABLE
    assert ("www-authenticate" in response.headers) == (kind is Kind.UNAUTHENTICATED)
    assert ("retry-after" in response.headers) == (kind in {Kind.LIMITED, Kind.UNAVAILABLE})


@pytest.mark.parametrize(
    ("fact", "sent"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("x", "x"),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (Decimal("12.50"), "12.50"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31 00:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Text(zh="雨", en="rain"), "rain"),
        ([Decimal(1), {"a": UUID(int=2)}], ["1", {"a": "00000000-0000-0000-0000-000000000002"}]),
        (frozenset({"x"}), ["x"]),
        (b"x", "b'x'"),
        ("\ud800", "?"),
    ],
)
def test_facts_are_members(fact: object, sent: object) -> None:
    assert document_of(Refusal(why=fact)).get("why") == sent


def test_facts_cannot_forge_the_standard_members() -> None:
    class Forged(TongbaoError):
        code = "till.refusal"
        kind = Kind.REFUSED

    forged = document_of(Forged(status=200, code="x", type="y", instance="z", errors=[], why=1))
    assert forged["status"] == 422
    assert forged["code"] == "till.refusal"
    assert forged["type"] == "urn:tongbao:problem:till.refusal"
    assert forged["instance"] == "urn:tongbao:request:r-1"
    assert "errors" not in forged
    assert forged["why"] == 1


def test_a_sentence_with_a_hole_stays_a_refusal(logs: list[EventDict]) -> None:
    refusal = document_of(Refusal())
    assert refusal["status"] == 422
    assert "detail" not in refusal
    assert logs[0]["event"] == "problem_detail_failed"


def test_the_moment_to_come_back_is_a_header() -> None:
    response = problem_response(scope_of(), Refusal(why="x", retry_after_seconds=90))
    assert response.headers["retry-after"] == "90"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "request.unknown_path"),
        ("GET", f"{BASE}/notes/", 404, "request.unknown_path"),
        ("PUT", f"{BASE}/notes", 405, "request.method_not_allowed"),
        ("OPTIONS", f"{BASE}/notes", 405, "request.method_not_allowed"),
        ("GREET", f"{BASE}/notes", 405, "request.method_not_allowed"),
    ],
)
async def test_what_the_framework_refuses_is_a_problem_too(
    client: httpx2.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert Problem.model_validate_json(answer.content).code == code
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (f"{BASE}/notes", "GET, POST"),
        (f"{BASE}/notes/1", "DELETE"),
        (f"{BASE}/notes/written-while-reading", "GET"),
    ],
)
async def test_every_method_of_the_path_is_named(
    client: httpx2.AsyncClient, path: str, methods: str
) -> None:
    answer = await client.request("PATCH", path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == methods


async def test_an_unexpected_failure_tells_nothing_but_the_request(
    client: httpx2.AsyncClient, users: Users, logs: list[EventDict]
) -> None:
    answer = await client.post(
        f"{BASE}/notes",
        json=new_note(then="crash"),
        headers=users.add()[1] | {"X-Request-Id": "find-me", "Accept-Language": "en"},
    )
    assert answer.status_code == 500
    problem = answer.json()
    assert problem["code"] == "request.unexpected"
    assert problem["instance"] == "urn:tongbao:request:find-me"
    assert "find-me" in problem["detail"]
    assert "4711" not in answer.text
    assert "RuntimeError" not in answer.text
    failed = next(line for line in logs if line["event"] == "request_failed")
    assert failed["request_id"] == "find-me"
    assert failed["error_type"] == "RuntimeError"
    assert failed["exc_info"] is True


def a_database_error(sqlstate: str | None) -> OperationalError:
    class Original(psycopg.OperationalError):
        pass

    original = Original("secret words")
    original.sqlstate = sqlstate
    return OperationalError("SELECT 1", {}, original)


@pytest.mark.parametrize(
    ("sqlstate", "code"),
    [
        ("40001", "database.busy"),
        ("40P01", "database.busy"),
        ("55P03", "database.busy"),
        ("57014", "database.busy"),
        ("25P03", "database.busy"),
        ("57P01", "database.unavailable"),
        ("08006", "database.unavailable"),
        ("53300", "database.unavailable"),
        (None, "database.unavailable"),
        ("XX000", None),
    ],
)
def test_what_a_database_failure_means(sqlstate: str | None, code: str | None) -> None:
    error = database_error(a_database_error(sqlstate))
    assert (None if error is None else error.code) == code
    assert error is None or error.kind is Kind.UNAVAILABLE


def test_our_own_mistakes_in_sql_are_no_refusals() -> None:
    for kind in (DataError, IntegrityError, ProgrammingError):
        assert database_error(kind("SELECT 1", {}, psycopg.Error("x"))) is None
    assert database_error(RuntimeError()) is None


def test_a_broken_connection_is_the_database_not_being_there() -> None:
    error = OperationalError("COMMIT", {}, psycopg.OperationalError(), connection_invalidated=True)
    found = database_error(error)
    assert found is not None
    assert found.code == "database.unavailable"


def test_waiting_in_vain_for_a_connection_is_being_busy() -> None:
    found = database_error(PoolTimeout())
    assert found is not None
    assert found.code == "database.busy"


async def test_a_server_that_goes_away_is_503(
    app_url: str, owner_url: str, users: Users, note_table: str
) -> None:
    """The connection is killed under a request that is waiting for a row lock."""
    assert note_table
    database = Database.connect(app_url, pool_size=2)
    _, headers = users.add()
    note = new_note()
    async with client_of(make_app(database, users)) as client, database.write() as blocker:
        await blocker.execute(
            text("INSERT INTO web_note (id, body) VALUES (:id, 'mine')"), {"id": note["id"]}
        )
        waiting = asyncio.create_task(client.post(f"{BASE}/notes", json=note, headers=headers))
        killed = 0
        with psycopg.connect(owner_url, autocommit=True) as owner:
            async with asyncio.timeout(10):
                while not killed:
                    await asyncio.sleep(0.02)
                    killed = len(
                        owner.execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
                        ).fetchall()
                    )
        answer = await waiting
    await database.close()
    assert answer.status_code == 503
    assert answer.json()["code"] == "database.unavailable"


async def test_half_an_answer_is_not_dressed_up(app: FastAPI) -> None:
    async def broken(_scope: Mapping[str, Any], _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        msg = "too late"
        raise RuntimeError(msg)

    app.mount("/broken", broken)
    with pytest.raises(RuntimeError, match="too late"):
        await call(app, path="/broken/now")
