"""A server that has lived a while: the files of its log are there to be used again.

A fresh server makes each 16 MB of its log anew, filled with zeros and synced, and whoever books
waits for that about every sixteen batches of a thousand. A server that has seen a checkpoint or two
uses old files again, so what is measured on a fresh one would be its first minute only.

So is its memory: the system gives a page of it out, cleared, when it is first used.
"""

from typing import Final

import psycopg

from tongbao.infra.postgres import EmbeddedPostgres

FILES: Final = 64
"""A gigabyte: more than a benchmark writes."""


def let_live(server: EmbeddedPostgres) -> None:
    """Use all memory once, fill files of the log and have them kept, before anything is there."""
    with psycopg.connect(server.urls().owner, autocommit=True) as connection:
        for _ in range(FILES):
            connection.execute("SELECT pg_logical_emit_message(false, 'bench', 'lived')")
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CREATE UNLOGGED TABLE bench_lived (page text STORAGE PLAIN)")
        connection.execute(
            "INSERT INTO bench_lived SELECT repeat('.', 8000) FROM generate_series(1,"
            " (SELECT setting::bigint FROM pg_settings WHERE name = 'shared_buffers'))"
        )
        connection.execute("DROP TABLE bench_lived")
        connection.execute("CHECKPOINT")
