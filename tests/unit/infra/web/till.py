"""A small application on the edge under test: it keeps notes in a table of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx2
from fastapi import Depends, FastAPI, Form, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from starlette.types import Message

from tongbao.infra.auth import PUBLIC, Actor, CurrentActor, require
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.web import (
    IDEMPOTENCY_KEY_REQUIRED,
    Instant,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    install,
    problem_response,
    router,
)
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text

BASE = "/api/v1/till"
FAILS_AT_COMMIT = "refuse me when the transaction commits"

TABLE = f"""
DROP TABLE IF EXISTS web_note;
DROP FUNCTION IF EXISTS web_note_check;
CREATE TABLE web_note (id text PRIMARY KEY, body text NOT NULL);
GRANT ALL ON web_note TO PUBLIC;
CREATE FUNCTION web_note_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.body = '{FAILS_AT_COMMIT}' THEN RAISE EXCEPTION 'refused at commit'; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER web_note_check AFTER INSERT ON web_note
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION web_note_check();
"""


class DrawerEmpty(TongbaoError):
    code = "till.drawer_empty"
    kind = Kind.REFUSED
    title = Text(zh="抽屉已空", en="The drawer is empty")
    detail = Text(zh="尚有 {left}", en="There is {left} left")


class NoSuchNote(TongbaoError):
    code = "till.no_such_note"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有这张便条", en="No such note")


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    body: str = "hello"
    then: Literal["answer", "refuse", "miss", "crash", "return 422", "return 500"] = "answer"
    weight: float | None = None
    tags: dict[str, Any] | None = None


class Note(BaseModel):
    id: str
    by: str
    transaction: str


api = router(prefix=BASE, tags=["till"])
INSERT = text("INSERT INTO web_note (id, body) VALUES (:id, :body)")


async def write_down(
    new: NewNote, tx: WriteTx, actor: CurrentActor, request: Request, response: Response
) -> Note | Response:
    await tx.execute(INSERT, {"id": new.id, "body": new.body})
    xid = await tx.scalar(text("SELECT pg_current_xact_id()::text"))
    match new.then:
        case "refuse":
            raise DrawerEmpty(left="0.00")
        case "miss":
            raise NoSuchNote
        case "crash":
            msg = "the secret is 4711"
            raise RuntimeError(msg)
        case "return 422":
            return problem_response(request.scope, DrawerEmpty(left="0.00"))
        case "return 500":
            return Response(b"broken", status_code=500)
        case "answer":
            response.headers["Location"] = f"{BASE}/notes/{new.id}"
    return Note(id=new.id, by=actor.name, transaction=str(xid))


api.add_api_route(
    "/drawers/{drawer}/notes",
    write_down,
    methods=["POST"],
    status_code=201,
    response_model=Note,
    dependencies=[IDEMPOTENCY_KEY_REQUIRED],
)
api.add_api_route(
    "/notes",
    write_down,
    methods=["POST"],
    status_code=201,
    response_model=Note,
    name="optional",
)


@api.get("/notes/written-while-reading")
async def write_while_reading(tx: ReadTx, _actor: CurrentActor) -> None:
    await tx.execute(INSERT, {"id": "x", "body": "x"})


@api.delete("/notes/{note_id}", status_code=204)
async def tear_up(note_id: str, tx: WriteTx, actor: CurrentActor) -> None:
    assert actor.name
    await tx.execute(text("DELETE FROM web_note WHERE id = :id"), {"id": note_id})


@api.get("/notes")
async def look(
    tx: ReadTx, actor: CurrentActor, at: Instant, limit: PageLimit = 50
) -> dict[str, Any]:
    return {
        "mode": await tx.scalar(text("SHOW transaction_read_only")),
        "notes": await tx.scalar(text("SELECT count(*) FROM web_note")),
        "by": actor.name,
        "at": at,
        "limit": limit,
    }


@api.post("/adjustments", dependencies=[Depends(require("till:adjust"))])
async def adjust(new: NewNote, tx: WriteTx) -> str:
    await tx.execute(INSERT, {"id": new.id, "body": new.body})
    return "done"


@api.post("/bell", dependencies=[PUBLIC])
async def ring(language: RequestLanguage) -> str:
    return "ding" if language == "en" else "叮"


@api.post("/box", dependencies=[PUBLIC])
async def drop(new: NewNote, tx: WriteTx) -> str:
    await tx.execute(INSERT, {"id": new.id, "body": new.body})
    return "dropped"


@api.post("/cards", dependencies=[PUBLIC])
async def fill_in(name: Annotated[str, Form()], tx: WriteTx) -> str:
    await tx.execute(INSERT, {"id": str(new_id()), "body": name})
    return name


@dataclass
class Users:
    """Tokens and whom they stand for."""

    tokens: dict[str, Actor] = field(default_factory=dict)

    def add(self, *permissions: str) -> tuple[Actor, dict[str, str]]:
        """Return a new actor and the header that speaks for it."""
        actor = Actor(id=new_id(), kind="staff", name="Ann", permissions=frozenset(permissions))
        token = f"token-of-{actor.id}"
        self.tokens[token] = actor
        return actor, {"Authorization": f"Bearer {token}"}

    async def authenticate(self, _tx: ReadSession, token: str, _at: datetime) -> Actor | None:
        return self.tokens.get(token)


def make_app(database: Database, users: Users) -> FastAPI:
    app = FastAPI(title="Till", docs_url=None, redoc_url=None)
    install(app)
    app.include_router(api)
    app.state.database = database
    app.state.authenticate = users.authenticate
    return app


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://till")


def new_note(**members: Any) -> dict[str, Any]:
    return {"id": str(new_id())} | members


def keyed(headers: dict[str, str], key: str | UUID | None = None) -> dict[str, str]:
    return headers | {"Idempotency-Key": str(key or new_id())}


@dataclass
class Call:
    """One raw ASGI exchange, for what no HTTP client would send."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunks_read: int = 0


async def call(
    app: FastAPI,
    *,
    method: str = "GET",
    path: str = f"{BASE}/notes",
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    chunks: Iterator[bytes] | None = None,
    scheme: str = "http",
) -> Call:
    seen = Call()
    pending = iter(chunks or [b""])

    async def receive() -> Message:
        seen.chunks_read += 1
        chunk = next(pending, None)
        if chunk is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
            seen.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            seen.body += message.get("body", b"")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"till"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("till", 80),
    }
    await app(scope, receive, send)
    return seen
