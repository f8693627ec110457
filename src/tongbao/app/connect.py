"""From settings to a database, for every process the same way."""

from tongbao.infra.db import Database
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao.infra.settings import Settings


def connect(settings: Settings) -> Database:
    """Return the application's database.

    Raises `NoDatabase` when none is configured: whoever starts processes starts the embedded
    server first (`with_database`) and tells them its address.
    """
    assert settings.database_url is not None, "a process is started with its database's address"
    return Database.connect(
        settings.database_url,
        role=settings.database_role or None,  # empty in the environment: none
        pool_size=settings.database_pool_size,
        wait_seconds_max=settings.database_wait_seconds_max,
    )


def embedded(settings: Settings) -> EmbeddedPostgres:
    """Return the embedded server of these settings' data folder, not started."""
    return EmbeddedPostgres(settings.data_dir)


def at_server(
    settings: Settings, server: EmbeddedPostgres, *, database: str | None = None
) -> Settings:
    """Return the settings with the addresses of a started embedded server's database."""
    urls = server.urls() if database is None else server.database(database)
    return settings.model_copy(
        update={
            "database_url": urls.app,
            "migration_database_url": urls.owner,
            "database_role": None,  # it logs in as that role
        }
    )
