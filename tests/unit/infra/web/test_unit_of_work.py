"""Every request is one transaction, and its answer tells the truth about the COMMIT."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI

from tests.unit.infra.web.till import (
    BASE,
    FAILS_AT_COMMIT,
    Users,
    api,
    call,
    client_of,
    make_app,
    new_note,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.db import Database
from tongbao.infra.web import (
    IDEMPOTENCY_KEY_REQUIRED,
    UnitOfWorkRoute,
    WriteTx,
    install,
    router,
)

Notes = Callable[[str], int]


async def test_what_was_answered_is_committed(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note = new_note()
    answer = await client.post(f"{BASE}/notes", json=note, headers=users.add()[1])
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{BASE}/notes/{note['id']}"
    assert notes(note["id"]) == 1


async def test_a_failing_commit_is_never_answered_with_success(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note = new_note(body=FAILS_AT_COMMIT)
    answer = await client.post(f"{BASE}/notes", json=note, headers=users.add()[1])
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "request.unexpected"
    assert "refused at commit" not in answer.text
    assert notes(note["id"]) == 0


@pytest.mark.parametrize(
    ("then", "status"),
    [("refuse", 422), ("miss", 404), ("crash", 500), ("return 500", 500)],
)
async def test_an_error_undoes_what_was_written(
    client: httpx2.AsyncClient, users: Users, notes: Notes, then: str, status: int
) -> None:
    note = new_note(then=then)
    answer = await client.post(f"{BASE}/notes", json=note, headers=users.add()[1])
    assert answer.status_code == status
    assert notes(note["id"]) == 0


async def test_a_returned_problem_keeps_what_was_written(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note = new_note(then="return 422")
    answer = await client.post(f"{BASE}/notes", json=note, headers=users.add()[1])
    assert answer.status_code == 422
    assert answer.json()["code"] == "till.drawer_empty"
    assert notes(note["id"]) == 1


async def test_a_get_runs_read_only(client: httpx2.AsyncClient, users: Users) -> None:
    _, headers = users.add()
    answer = await client.get(f"{BASE}/notes", headers=headers)
    assert answer.status_code == 200
    assert answer.json()["mode"] == "on"
    writing = await client.get(f"{BASE}/notes/written-while-reading", headers=headers)
    assert writing.status_code == 500


async def test_a_route_without_transaction_takes_no_connection(users: Users) -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/none")
    async with client_of(make_app(nowhere, users)) as client:
        assert (await client.post(f"{BASE}/bell")).json() == "叮"
        english = await client.post(f"{BASE}/bell", headers={"Accept-Language": "en"})
        assert english.json() == "ding"
        unreachable = await client.post(f"{BASE}/box", json=new_note())
    await nowhere.close()
    assert unreachable.status_code == 503
    assert unreachable.json()["code"] == "database.unavailable"
    assert unreachable.headers["retry-after"] == "1"


async def test_a_slow_sender_holds_no_connection(app_url: str, users: Users) -> None:
    database = Database.connect(app_url, pool_size=1)
    app = make_app(database, users)
    _, headers = users.add()
    release = asyncio.Event()
    waiting = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"id":'
        waiting.set()
        await release.wait()
        yield b"1}"

    async with client_of(app) as client:
        slow = asyncio.create_task(
            client.post(
                f"{BASE}/notes",
                content=slowly(),
                headers=headers | {"Content-Type": "application/json"},
            )
        )
        await waiting.wait()
        async with asyncio.timeout(5):
            quick = await client.get(f"{BASE}/notes", headers=headers)
        release.set()
        late = await slow
    await database.close()
    assert quick.status_code == 200
    assert late.status_code == 422


async def test_a_body_that_never_comes_is_given_up(
    app: FastAPI, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.infra.web.body.BODY_SECONDS_MAX", 0.05)
    _, headers = users.add()

    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(10)

    async with client_of(app) as client:
        answer = await client.post(
            f"{BASE}/notes",
            content=never(),
            headers=headers | {"Content-Type": "application/json"},
        )
    assert answer.status_code == 408
    assert answer.json()["code"] == "request.timeout"


async def test_without_a_token_not_a_byte_of_the_body_is_read(app: FastAPI) -> None:
    seen = await call(app, method="POST", chunks=iter([b"x" * 100] * 3))
    assert seen.status == 401
    assert seen.chunks_read == 0


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Basic abc",
        "Bearer unknown",
        "Bearer two words",
        "Bearer " + "x" * 513,
        "Bearer \N{LATIN SMALL LETTER E WITH ACUTE}",
    ],
)
async def test_a_bad_token_is_401_and_says_how_to_log_in(app: FastAPI, authorization: str) -> None:
    header = (b"authorization", authorization.encode("latin-1"))
    seen = await call(app, headers=[header])
    assert seen.status == 401
    assert seen.headers["www-authenticate"].startswith("Bearer")


async def test_two_authorization_headers_are_refused(app: FastAPI, users: Users) -> None:
    _, headers = users.add()
    header = (b"authorization", headers["Authorization"].encode())
    assert (await call(app, headers=[header])).status == 200
    assert (await call(app, headers=[header, header])).status == 401


async def test_a_missing_permission_is_told_before_the_body_is_judged(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    path, note = f"{BASE}/adjustments", new_note()
    refused = await client.post(path, content=b"{not json", headers=users.add("till:look")[1])
    assert refused.status_code == 403
    assert refused.json()["permission"] == "till:adjust"
    allowed = await client.post(path, json=note, headers=users.add("till:adjust")[1])
    assert allowed.status_code == 200
    assert notes(note["id"]) == 1


async def test_permissions_of_an_including_router_count(database: Database, users: Users) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    install(app)
    outer = APIRouter(prefix="/outer", dependencies=[Depends(require("till:enter"))])
    outer.include_router(api)
    app.include_router(outer)
    app.state.database, app.state.authenticate = database, users.authenticate
    async with client_of(app) as client:
        closed = await client.post(f"/outer{BASE}/bell")
        refused = await client.post(f"/outer{BASE}/bell", headers=users.add()[1])
        rung = await client.post(f"/outer{BASE}/bell", headers=users.add("till:enter")[1])
    assert [closed.status_code, refused.status_code, rung.status_code] == [
        401,
        403,
        200,
    ]


async def _writes(tx: WriteTx, _actor: CurrentActor) -> None:
    assert tx.is_active


def test_a_get_route_cannot_ask_to_write() -> None:
    with pytest.raises(TypeError, match="WriteTx"):
        router(prefix="/x", tags=[]).get("/")(_writes)


def test_a_route_either_reads_or_writes() -> None:
    async def nothing() -> None: ...

    with pytest.raises(TypeError, match="either"):
        UnitOfWorkRoute("/x", nothing, methods=["GET", "POST"])


def test_an_idempotency_key_needs_an_actor() -> None:
    async def anybody(tx: WriteTx) -> None:
        assert tx.is_active

    with pytest.raises(TypeError, match="actor"):
        UnitOfWorkRoute("/x", anybody, methods=["POST"], dependencies=[IDEMPOTENCY_KEY_REQUIRED])
