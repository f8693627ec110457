"""Brings a database up to date: revisions first, then the modules' SQL files and rights."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Final

import psycopg
from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, delete, insert, select, text

from tongbao.infra import jobs, schema
from tongbao.infra.db import Database
from tongbao.infra.migrations import history
from tongbao.infra.migrations.models import AppliedScripts, JobLibrary
from tongbao.infra.postgres import APP_ROLE
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

SERVER_VERSION_MIN: Final = 160_000
LOCK_KEY: Final = int.from_bytes(b"tongbao", "big")

# Roles belong to the whole server, so another database's migration may be at it too. Whoever
# creates the role must be a member to take it on (PostgreSQL 16 does not make them one).
_ROLE_EXISTS: Final = "SELECT FROM pg_roles WHERE rolname = %s"
_ROLE: Final = f"""
DO $$ BEGIN
    CREATE ROLE {APP_ROLE} NOLOGIN;
    EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""


_OWN_TABLES: Final = f"""
REVOKE INSERT, UPDATE, DELETE ON {history.VERSION_TABLE}, {AppliedScripts.__tablename__},
    {JobLibrary.__tablename__}
    FROM {APP_ROLE};
"""


class ServerTooOld(TongbaoError):
    """The server lacks what the platform needs."""

    code = "migrations.server_too_old"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据库版本过低", en="The database server is too old")
    detail = Text(
        zh="需要 PostgreSQL 16 或更高版本，当前为 {version}。",
        en="PostgreSQL 16 or newer is needed; this one is {version}.",
    )


class DatabaseTooNew(TongbaoError):
    """The database was migrated by a newer release than this one."""

    code = "migrations.database_too_new"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据库结构比程序新", en="The database is newer than the program")
    detail = Text(
        zh="数据库结构版本 {revision} 不为本程序所知，请升级程序。",
        en="The database is at revision {revision}, which this program does not know; upgrade it.",
    )


class DatabaseTooOld(TongbaoError):
    """The database lacks tables that this release works with."""

    code = "migrations.database_too_old"
    kind = Kind.UNAVAILABLE
    title = Text(zh="数据库结构尚未升级", en="The database has not been migrated yet")
    detail = Text(
        zh="数据库结构版本为 {revision}，本程序需要 {needed}；请运行 tongbao migrate。",
        en="The database is at revision {revision} and {needed} is needed; run tongbao migrate.",
    )


@dataclass(frozen=True, slots=True)
class Applied:
    """That a database was brought from a revision, None if it was empty, to another."""

    before: str | None
    after: str


async def check_migrated(database: Database) -> None:
    """Raise `DatabaseTooOld` unless the database has every table this program knows of.

    A newer database is fine: a release goes on serving while the next one widens its tables.
    """
    *older, head = _in_order()
    async with database.read() as tx:
        at = await tx.scalar(text(f"SELECT version_num FROM {history.VERSION_TABLE}"))  # noqa: S608
    if at is None or at in older:
        raise DatabaseTooOld(revision=at or "-", needed=head)


@cache
def _in_order() -> tuple[str, ...]:
    """Return the revisions of this program, the oldest first."""
    return tuple(reversed([each.revision for each in history.revisions().walk_revisions()]))


def run_migrations(owner_url: str) -> Applied | None:
    """Bring the database at `owner_url` up to date; harmless to repeat or to start twice at once.

    Returns from where to where, None if its tables were up to date.

    `owner_url` must lead to the server itself: a pooler that hands out a connection per
    transaction breaks the lock. Raises `ServerTooOld` and `DatabaseTooNew`.
    """
    with _alone(owner_url), _owner(owner_url) as engine:
        applied = _upgrade(engine)
        upgraded = _upgrade_jobs(engine) or applied is not None
        _apply_scripts(engine, needed=upgraded)
    return applied


def migrate_tables(owner_url: str) -> None:
    """Bring only the tables up to date, to draft what comes next; raises like `run_migrations`."""
    with _alone(owner_url), _owner(owner_url) as engine:
        _upgrade(engine)


@contextmanager
def _alone(owner_url: str) -> Iterator[None]:
    """Be the only migration of this database, on a server that fits and knows our role."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        version = connection.info.server_version
        if version < SERVER_VERSION_MIN:
            raise ServerTooOld(version=f"{version // 10_000}.{version % 10_000}")
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
        if not connection.execute(_ROLE_EXISTS, (APP_ROLE,)).fetchone():
            connection.execute(_ROLE)
        yield


@contextmanager
def _owner(owner_url: str) -> Iterator[Engine]:
    engine = history.engine(owner_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _upgrade(engine: Engine) -> Applied | None:
    """Run the revisions the database lacks, each in its own transaction; say which they were."""
    known = history.revisions()
    with engine.connect() as connection:
        at = set(MigrationContext.configure(connection).get_current_heads())
    unknown = at - {revision.revision for revision in known.walk_revisions()}
    if unknown:
        raise DatabaseTooNew(revision=", ".join(sorted(unknown)))
    if at == set(known.get_heads()):
        return None
    with engine.connect() as connection:
        command.upgrade(history.config(connection), "head")
    return Applied(before=min(at, default=None), after=_in_order()[-1])


def _upgrade_jobs(engine: Engine) -> bool:
    """Bring the job library's own tables to the installed version; say if that took anything."""
    newest = (
        select(JobLibrary.version).order_by(JobLibrary.applied_at.desc(), JobLibrary.version.desc())
    ).limit(1)
    with engine.begin() as connection:
        applied = connection.execute(newest).scalar_one_or_none()
        if applied == jobs.installed_version():
            return False
        _execute(connection, jobs.pending_sql(applied))
        row = {"version": jobs.installed_version(), "applied_at": text("now()")}
        connection.execute(insert(JobLibrary).values(row))
    return True


def _execute(connection: Connection, scripts: Iterable[str]) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    for script in scripts:
        driver.execute(script.encode())  # bytes and no parameters: several statements at once


def _apply_scripts(engine: Engine, *, needed: bool) -> None:
    """Run all SQL files and grants in one transaction, unless nothing changed since last time.

    Replacing a trigger stops everyone who uses its table for a moment, so it is not done in vain.
    """
    scripts = [schema.GRANTS, _OWN_TABLES, *schema.sql_scripts()]
    digest = sha256("\0".join(scripts).encode()).digest()
    with engine.begin() as connection:
        applied = connection.execute(select(AppliedScripts.digest)).scalar_one_or_none()
        if applied == digest and not needed:
            return
        _execute(connection, scripts)
        connection.execute(delete(AppliedScripts))
        connection.execute(insert(AppliedScripts).values(digest=digest, applied_at=text("now()")))
