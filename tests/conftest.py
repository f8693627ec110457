"""Real PostgreSQL for every test that touches data: one embedded server, a database per worker."""

import os
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url

from tongbao.app import tables
from tongbao.infra import jobs, schema
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao.infra.tables import Base

settings.register_profile(
    "quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", max_examples=300, deadline=None)
settings.load_profile(os.environ.get("TONGBAO_HYPOTHESIS", "quick"))


@pytest.fixture(scope="session")
def owner_url(worker_id: str) -> Iterator[str]:
    """Address of a migrated database of this worker's own, as its owner."""
    name = f"test_{worker_id}"
    with EmbeddedPostgres(ephemeral=True, fsync=False) as server:
        with psycopg.connect(server.urls("postgres").owner, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        url = server.urls(name).owner
        _migrate(url)
        yield url


def _migrate(url: str) -> None:
    tables.load()
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    Base.metadata.create_all(engine)
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        schema_sql = getattr(jobs, "schema_sql", lambda: "")()
        for script in [schema_sql, schema.GRANTS, *schema.sql_scripts()]:
            connection.execute(script)


@pytest.fixture(scope="session")
def app_url(owner_url: str) -> str:
    """Address of the same database, as the application's role."""
    return owner_url.replace("//postgres@", "//tongbao_app@")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(app_url: str) -> AsyncIterator[Database]:
    """The database as the application sees it. Tests make their own data; nothing is cleaned."""
    opened = Database.connect(app_url)
    yield opened
    await opened.close()



@pytest_asyncio.fixture(loop_scope="session")
async def tx(database: Database) -> AsyncIterator[WriteSession]:
    """A transaction that is rolled back when the test ends."""
    session = WriteSession(database.engine, expire_on_commit=False)
    await session.begin()
    yield session
    await session.rollback()
    await session.close()
