"""For developers: what the tables as declared have that the history does not describe yet."""

import re
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import MetaData, inspect

from tongbao.infra.migrations import history
from tongbao.infra.migrations.comparing import OPTIONS


def undescribed_changes(owner_url: str, metadata: MetaData) -> list[str]:
    """Return the differences between `metadata` and a migrated database, one line each."""
    engine = history.engine(owner_url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=dict(OPTIONS))
            changes = [repr(change) for change in compare_metadata(context, metadata)]
            # Alembic does not look at sequences that stand for themselves.
            there = set(inspect(connection).get_sequence_names())
            wanted = {sequence.name for sequence in metadata._sequences.values()}  # noqa: SLF001
            return changes + [f"sequence {name} is missing" for name in sorted(wanted - there)]
    finally:
        engine.dispose()


def draft_migration(owner_url: str, metadata: MetaData, message: str) -> Path:
    """Write a revision that brings the history up to `metadata`; to be reviewed by hand.

    `owner_url` is a database at the newest revision. Revisions are numbered: 0001, 0002. There is
    no way back, so each release's tables must serve the release before it too.
    """
    number = 1 + sum(1 for _ in history.revisions().walk_revisions())
    engine = history.engine(owner_url)
    try:
        with engine.connect() as connection:
            script = command.revision(
                history.config(connection, metadata),
                message=message,
                autogenerate=True,
                rev_id=f"{number:04}",
            )
    finally:
        engine.dispose()
    assert isinstance(script, Script)
    path = Path(script.path)
    remarks = r" *# ### .* ###\n"  # Alembic's own; the review is what counts
    path.write_text(re.sub(remarks, "", path.read_text("utf-8")), encoding="utf-8")
    return path
