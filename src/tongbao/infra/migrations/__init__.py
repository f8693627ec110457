"""The one linear history of the database's tables, and how a database is brought up to date."""

from tongbao.infra.migrations.drafting import draft_migration, undescribed_changes
from tongbao.infra.migrations.running import (
    Applied,
    DatabaseTooNew,
    DatabaseTooOld,
    ServerTooOld,
    check_migrated,
    migrate_tables,
    run_migrations,
)

__all__ = [
    "Applied",
    "DatabaseTooNew",
    "DatabaseTooOld",
    "ServerTooOld",
    "check_migrated",
    "draft_migration",
    "migrate_tables",
    "run_migrations",
    "undescribed_changes",
]
