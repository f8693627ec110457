"""`make migration m="what changes"`: drafts a revision from the tables as declared.

The draft compares with a database of its own, at the newest revision, on an embedded server that
goes again. Review it by hand: Alembic sees neither renames nor the data.
"""

import sys

from tongbao.app import tables
from tongbao.infra.migrations import draft_migration, migrate_tables
from tongbao.infra.postgres import EmbeddedPostgres
from tongbao.infra.tables import Base


def main() -> None:
    """Write the draft and print its path."""
    tables.load()
    with EmbeddedPostgres(ephemeral=True, fsync=False) as server:
        owner_url = server.urls().owner
        migrate_tables(owner_url)
        path = draft_migration(owner_url, Base.metadata, " ".join(sys.argv[1:]) or "unnamed")
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
