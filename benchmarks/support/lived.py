"""A server that has lived a while: the files of its log are there to be used again.

A fresh server makes each 16 MB of its log anew, filled with zeros and synced, and whoever books
waits for that about every sixteen batches of a thousand. A server that has seen a checkpoint or two
uses old files again, so what is measured on a fresh one would be its first minute only.
"""

from typing import Final

import psycopg

from tongbao.infra.postgres import EmbeddedPostgres

FILES: Final = 64
"""A gigabyte: more than a benchmark writes."""


def let_live(server: EmbeddedPostgres) -> None:
    """Fill files of the log and have them kept, before there is anything to log."""
    with psycopg.connect(server.urls().owner, autocommit=True) as connection:
        for _ in range(FILES):
            connection.execute("SELECT pg_logical_emit_message(false, 'bench', 'lived')")
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")
