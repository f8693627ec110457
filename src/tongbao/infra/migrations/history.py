"""The revision files and how Alembic is asked about them; there is no ini file."""

from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

HOME: Final = Path(__file__).parent
VERSION_TABLE: Final = "alembic_version"
FOREIGN_TABLES: Final = ("procrastinate_",)  # the job library's; it has no models here


def config(connection: Connection, metadata: MetaData | None = None) -> Config:
    """Return what `env.py` needs: a connection, and for comparing the tables as declared."""
    made = Config()
    made.set_main_option("script_location", str(HOME).replace("%", "%%"))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.attributes.update(connection=connection, metadata=metadata)
    return made


def revisions() -> ScriptDirectory:
    """Return the history as Alembic reads it."""
    return ScriptDirectory(str(HOME))


def engine(owner_url: str) -> Engine:
    """Return a connection maker for the owner: no pool, and no endless wait for a table's lock.

    A change of a table waits for everyone who uses it, and everyone who comes later waits behind
    it; giving up and trying again is better than standing in the way.
    """
    return create_engine(
        make_url(owner_url).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"options": "-c lock_timeout=10s -c timezone=UTC"},
    )
