"""Routes marked `together`: guarded as ever, without a transaction; the plain way for others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2
import pytest
from fastapi import Depends, FastAPI
from prometheus_client import REGISTRY
from starlette.types import Message
from structlog.typing import EventDict

from tests.unit.infra.web.till import DrawerEmpty, NewNote, Users, call, client_of
from tongbao.infra.auth import PUBLIC, Actor, require
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.lines import Line
from tongbao.infra.turns import Overloaded, Turns
from tongbao.infra.web import Answer, Asked, WriteTx, install, router, together
from tongbao.infra.web.together import lanes_of
from tongbao.kernel.ids import new_id

PATH = "/api/v1/counter/notes"
HELD_SECONDS = 0.2


@dataclass
class Counter:
    """An application with one route, and what has happened in it."""

    database: Database
    users: Users
    plain: list[str] = field(default_factory=list)
    turns: list[list[str]] = field(default_factory=list)
    look_ups: list[int] = field(default_factory=list)
    authenticated_plainly: int = 0
    waiting_max: int = 1_000

    def app(self) -> FastAPI:
        api = router(prefix="/api/v1/counter", tags=["counter"])
        turns: Turns[str, str] = Turns(self.turn, size_max=100, waiting_max=self.waiting_max)

        async def answer(asked: Asked) -> Answer | None:
            assert asked.at.utcoffset() is not None
            document: Any = asked.document
            if not isinstance(document, dict) or set(document) != {"id"}:
                return None
            if document["id"] == "refused":
                raise DrawerEmpty(left="0.00")
            if document["id"] == "broken":
                msg = "the secret is 4711"
                raise RuntimeError(msg)
            body = (await turns.ask(document["id"])).encode()
            return Answer(200, [(b"content-type", b"text/plain")], body)

        @api.post("/notes", dependencies=[Depends(require("counter:write"))])
        @together(answer)
        async def write(new: NewNote, tx: WriteTx) -> str:
            assert tx.in_transaction()
            self.plain.append(new.id)
            return new.id

        app = FastAPI(docs_url=None, redoc_url=None)
        install(app)
        app.include_router(api)
        app.state.database = self.database
        app.state.authenticate = self.authenticate
        app.state.authenticate_many = self.authenticate_many
        return app

    async def turn(self, asked: Sequence[str]) -> Sequence[str]:
        self.turns.append(list(asked))
        if "slow" in asked:
            await asyncio.sleep(HELD_SECONDS)
        return [f"together: {each}" for each in asked]

    async def authenticate(self, tx: ReadSession, token: str, at: datetime) -> Actor | None:
        self.authenticated_plainly += 1
        return await self.users.authenticate(tx, token, at)

    async def authenticate_many(
        self, line: ReadSession | Line, tokens: Sequence[str], _at: datetime
    ) -> list[Actor | None]:
        assert await line.fetch("SELECT 1") == [(1,)]
        self.look_ups.append(len(tokens))
        return [self.users.tokens.get(token) for token in tokens]


@pytest.fixture
def counter(database: Database, users: Users) -> Counter:
    return Counter(database, users)


@pytest.fixture
def app(counter: Counter) -> FastAPI:
    return counter.app()


@pytest.fixture
def writer(users: Users) -> dict[str, str]:
    return users.add("counter:write")[1]


async def post(
    client: httpx2.AsyncClient, who: dict[str, str], document: object = None, **more: Any
) -> httpx2.Response:
    body = {"id": str(new_id())} if document is None else document
    return await client.post(PATH, json=body, headers=who | more.pop("headers", {}), **more)


async def test_plain_requests_are_answered_together(
    client: httpx2.AsyncClient, counter: Counter, writer: dict[str, str]
) -> None:
    first = asyncio.create_task(post(client, writer, {"id": "slow"}))
    async with asyncio.timeout(30):
        async with asyncio.timeout(30):
            while not counter.turns:  # noqa: ASYNC110 - it is in the application
                await asyncio.sleep(0.001)
    answers = await asyncio.gather(
        *[post(client, writer, {"id": f"n{number}"}) for number in range(30)]
    )
    assert (await first).text == "together: slow"
    assert [answer.text for answer in answers] == [f"together: n{n}" for n in range(30)]
    assert [len(turn) for turn in counter.turns] == [1, 30]
    assert counter.plain == []
    assert counter.authenticated_plainly == 0
    assert sum(counter.look_ups) == 31
    assert len(counter.look_ups) < 10


async def test_together_takes_no_pooled_connection(
    app_url: str, users: Users, writer: dict[str, str]
) -> None:
    database = Database.connect(app_url, pool_size=1)
    counter = Counter(database, users)
    async with database.read() as tx, client_of(counter.app()) as client:
        await tx.fetch("SELECT 1")  # the only one is taken
        async with asyncio.timeout(5):
            assert (await post(client, writer, {"id": "x"})).text == "together: x"
    await database.close()


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer unknown"}, {"Authorization": "Basic YTpi"}]
)
async def test_nobody_known_is_refused(
    client: httpx2.AsyncClient, counter: Counter, headers: dict[str, str]
) -> None:
    answer = await post(client, headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (counter.turns, counter.plain) == ([], [])


async def test_a_revoked_token_is_refused_at_the_next_request(
    client: httpx2.AsyncClient, counter: Counter, users: Users, writer: dict[str, str]
) -> None:
    assert (await post(client, writer)).status_code == 200
    users.tokens.clear()
    assert (await post(client, writer)).status_code == 401
    assert len(counter.turns) == 1


async def test_who_may_not_is_refused(
    client: httpx2.AsyncClient, counter: Counter, users: Users
) -> None:
    answer = await post(client, users.add("counter:read")[1])
    assert (answer.status_code, answer.json()["code"]) == (403, "auth.forbidden")
    assert (counter.turns, counter.plain) == ([], [])


async def test_each_is_answered_as_itself_among_others(
    client: httpx2.AsyncClient, users: Users, writer: dict[str, str]
) -> None:
    reader = users.add("counter:read")[1]
    callers = [writer, reader, {"Authorization": "Bearer unknown"}] * 10
    answers = await asyncio.gather(*[post(client, who) for who in callers])
    assert [answer.status_code for answer in answers] == [200, 403, 401] * 10


async def test_a_body_that_is_not_valid_is_judged_by_the_route(
    client: httpx2.AsyncClient, counter: Counter, writer: dict[str, str]
) -> None:
    answer = await post(client, writer, {"id": 7})
    assert answer.status_code == 200  # what `answer` takes is its own affair
    answer = await post(client, writer, {"id": "x", "surprise": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"][0]["pointer"] == "/surprise"
    answer = await post(client, writer, {"id": "valid", "body": "but not for `answer`"})
    assert answer.json() == "valid"
    assert counter.plain == ["valid"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"id": "a", "id": "b"}', "request.duplicate_member"),
        (b'{"id": NaN}', "request.number_out_of_range"),
        (b"{", "request.malformed_json"),
        (b"", "request.invalid"),
    ],
)
async def test_hostile_bodies_are_refused_as_on_any_route(
    client: httpx2.AsyncClient,
    counter: Counter,
    writer: dict[str, str],
    content: bytes,
    code: str,
) -> None:
    headers = writer | {"Content-Type": "application/json"}
    answer = await client.post(PATH, content=content, headers=headers)
    assert answer.json()["code"] == code
    assert 400 <= answer.status_code < 500
    assert (counter.turns, counter.plain) == ([], [])


async def test_an_idempotency_key_or_a_query_takes_the_plain_way(
    client: httpx2.AsyncClient, counter: Counter, writer: dict[str, str]
) -> None:
    key = {"Idempotency-Key": str(new_id())}
    first = await post(client, writer, {"id": "keyed"}, headers=key)
    again = await post(client, writer, {"id": "keyed"}, headers=key)
    assert first.content == again.content == b'"keyed"'
    assert again.headers["idempotency-replayed"] == "true"
    assert (await post(client, writer, {"id": "asked"}, params={"a": "b"})).json() == "asked"
    assert counter.plain == ["keyed", "asked"]
    assert counter.turns == []


async def test_a_cookie_takes_the_plain_way(
    client: httpx2.AsyncClient, counter: Counter, writer: dict[str, str]
) -> None:
    assert (await post(client, writer, {"id": "x"}, headers={"Cookie": "a=b"})).json() == "x"
    assert (counter.plain, counter.turns) == (["x"], [])


async def test_a_body_in_pieces_is_read_whole_on_both_ways(
    app: FastAPI, counter: Counter, writer: dict[str, str]
) -> None:
    headers = [
        (b"authorization", writer["Authorization"].encode()),
        (b"content-type", b"application/json"),
    ]
    for pieces, answer in (
        ([b'{"id"', b': "to', b'gether"}'], b"together: together"),
        ([b'{"id": "plain",', b' "body": "', b'x"}'], b'"plain"'),
    ):
        seen = await call(app, method="POST", path=PATH, headers=headers, chunks=iter(pieces))
        assert (seen.status, seen.body) == (200, answer)
    assert counter.plain == ["plain"]


async def test_other_methods_and_paths_are_not_answered_together(
    client: httpx2.AsyncClient, counter: Counter, writer: dict[str, str]
) -> None:
    assert (await client.get(PATH, headers=writer)).status_code == 405
    assert (await client.post(PATH + "/", json={"id": "x"}, headers=writer)).status_code == 404
    assert (counter.turns, counter.plain) == ([], [])


async def test_a_failure_of_ours_is_a_problem_without_the_inside(
    client: httpx2.AsyncClient, writer: dict[str, str], logs: list[EventDict]
) -> None:
    answer = await post(client, writer, {"id": "broken"})
    assert (answer.status_code, answer.json()["code"]) == (500, "request.unexpected")
    assert "4711" not in answer.text
    assert [line["route"] for line in logs if line["event"] == "request"] == [PATH]


async def test_a_database_that_is_away_is_said_to_be(users: Users, writer: dict[str, str]) -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/nothing")
    async with client_of(Counter(nowhere, users).app()) as client:
        answer = await post(client, writer, {"id": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "database.unavailable")
    assert answer.headers["retry-after"]


async def test_a_caller_who_leaves_is_logged_as_such(
    app: FastAPI, writer: dict[str, str], logs: list[EventDict]
) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        pytest.fail("nobody is there")

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "query_string": b"",
        "root_path": "",
        "headers": [(b"authorization", writer["Authorization"].encode())],
    }
    await app(scope, receive, send)
    (line,) = [line for line in logs if line["event"] == "request"]
    assert (line["status"], line["route"]) == (499, PATH)


def test_together_is_for_routes_that_require_a_permission() -> None:
    async def answer(_asked: Asked) -> None:
        return None

    for path, dependencies in (
        ("/open", [PUBLIC]),
        ("/{one}", [Depends(require("counter:write"))]),
    ):
        api = router(prefix="/api/v1/wrong", tags=["wrong"])

        @api.post(path, dependencies=dependencies)
        @together(answer)
        async def write() -> None: ...

        app = FastAPI(docs_url=None, redoc_url=None)
        install(app)
        app.include_router(api)
        app.state.authenticate_many = None
        with pytest.raises(AssertionError, match="together"):
            lanes_of(app)


async def test_an_application_that_looks_up_one_by_one_answers_one_by_one(
    counter: Counter, writer: dict[str, str]
) -> None:
    app = counter.app()
    del app.state.authenticate_many
    async with client_of(app) as client:
        assert (await post(client, writer, {"id": "x"})).json() == "x"
    assert counter.plain == ["x"]


async def test_a_refusal_is_a_problem_in_the_callers_language(
    client: httpx2.AsyncClient, writer: dict[str, str]
) -> None:
    for language, title in (("en", "The drawer is empty"), ("zh", "抽屉已空")):
        headers = {"Accept-Language": language}
        answer = await post(client, writer, {"id": "refused"}, headers=headers)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] == title


async def test_more_than_may_wait_are_told_to_come_back(
    database: Database, users: Users, writer: dict[str, str]
) -> None:
    counter = Counter(database, users, waiting_max=2)
    async with client_of(counter.app()) as client:
        first = asyncio.create_task(post(client, writer, {"id": "slow"}))
        async with asyncio.timeout(30):
            while not counter.turns:  # noqa: ASYNC110 - it is in the application
                await asyncio.sleep(0.001)
        answers = await asyncio.gather(*[post(client, writer) for _ in range(10)])
        assert (await first).status_code == 200
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == 8
    for answer in refused:
        assert answer.json()["code"] == Overloaded.code
        assert answer.headers["retry-after"] == "1"


async def test_request_id_log_and_metrics_are_as_on_any_route(
    client: httpx2.AsyncClient, users: Users, logs: list[EventDict]
) -> None:
    actor, who = users.add("counter:write")
    labels = {"method": "POST", "route": PATH, "status": "200"}

    def counted() -> float:
        return REGISTRY.get_sample_value("tongbao_http_requests_total", labels) or 0

    before = counted()
    answer = await post(client, who, {"id": "x"}, headers={"X-Request-Id": "r-9"})
    assert answer.headers["x-request-id"] == "r-9"
    assert answer.headers["cache-control"] == "no-store"
    assert counted() == before + 1
    (line,) = [line for line in logs if line["event"] == "request"]
    assert line.pop("duration_ms") > 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": "r-9",
        "method": "POST",
        "route": PATH,
        "status": 200,
        "problem": None,
        "actor_id": str(actor.id),
    }
