from collections.abc import AsyncIterator, Callable, Iterator

import httpx2
import psycopg
import pytest
import structlog
from fastapi import FastAPI
from structlog.typing import EventDict

from tests.unit.infra.web.till import TABLE, Users, client_of, make_app
from tongbao.infra.db import Database


@pytest.fixture(scope="session")
def note_table(owner_url: str) -> str:
    """Return the name of the till's table."""
    with psycopg.connect(owner_url) as connection:
        connection.execute(TABLE)
    return "web_note"


@pytest.fixture
def notes(note_table: str, app_url: str) -> Callable[[str], int]:
    """Return how many notes with an id have been committed, seen from another connection."""

    def count(note_id: str) -> int:
        with psycopg.connect(app_url) as connection:
            row = connection.execute(
                f"SELECT count(*) FROM {note_table} WHERE id = %s", (note_id,)
            ).fetchone()
        assert row is not None
        return int(row[0])

    return count


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
def app(database: Database, users: Users, note_table: str) -> FastAPI:
    assert note_table
    return make_app(database, users)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(app) as opened:
        yield opened


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[EventDict]]:
    """Return what is logged, with the context it is logged in."""
    merge = structlog.contextvars.merge_contextvars
    with structlog.testing.capture_logs(processors=[merge]) as captured:
        yield captured
