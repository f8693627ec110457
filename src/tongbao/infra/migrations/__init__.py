"""Bringing a database to this version of the program.

Tables change by one linear Alembic history (`versions/`, reviewed by hand: expand, migrate,
contract). Functions, triggers and rights are SQL files that may be run again (`infra.schema`);
they are applied after the history, so their newest text is always the one in force.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tongbao.infra import schema

LOCK_KEY: Final = 0x70F6BA0
APP_ROLE: Final = "tongbao_app"


def run_migrations(owner_url: str) -> None:
    """Bring the database at `owner_url` to the newest version; harmless to repeat.

    Several processes may start at once: one migrates, the others wait and find nothing to do.
    The connecting user must own the schema and may create the role `tongbao_app` once.
    """
    with _connect(owner_url) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        _ensure_role(connection)
        command.upgrade(_config(connection), "head")
        for script in (schema.GRANTS, *schema.sql_scripts()):
            # The driver itself: a script holds many statements, and % and : of its own.
            connection.connection.cursor().execute(script)


def current_revision(owner_url: str) -> str | None:
    """Return the version the database is at; None when it was never migrated."""
    with _connect(owner_url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """Return the version this program needs."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def differences(owner_url: str, metadata: MetaData) -> list[object]:
    """Return how the database's tables differ from the declared ones; empty when they agree."""
    from alembic.autogenerate import compare_metadata

    with _connect(owner_url) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_ours}
        )
        return list(compare_metadata(context, metadata))


def new_revision(owner_url: str, metadata: MetaData, message: str) -> None:
    """Write a draft of the next version from the declared tables, to be reviewed by hand."""
    with _connect(owner_url) as connection:
        config = _config(connection)
        config.attributes["metadata"] = metadata
        command.revision(config, message=message, autogenerate=True)


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether Alembic should compare this; the job library keeps its own tables."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


@contextmanager
def _connect(url: str) -> Iterator[Connection]:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool
    )
    with engine.begin() as connection:
        yield connection


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _ensure_role(connection: Connection) -> None:
    known = connection.scalar(
        text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": APP_ROLE}
    )
    if known is None:
        connection.execute(text(f"CREATE ROLE {APP_ROLE} NOLOGIN"))
        connection.execute(text(f"GRANT {APP_ROLE} TO CURRENT_USER"))
