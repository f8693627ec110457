"""The tables of the job library, as the first migration makes them."""

from importlib.resources import files

from psycopg import sql


def schema_sql() -> str:
    """Return the statements that make procrastinate's tables, types and functions.

    To be run once, by the owner, without parameters (several statements, literal `%` signs).
    """
    return files(__package__).joinpath("sql/procrastinate-3.10.0.sql").read_text("utf-8")


def grants_sql(role: str) -> str:
    """Return the statements that let `role` enqueue and work, owning nothing."""
    return _GRANTS.format(role=sql.Identifier(role)).as_string()


_GRANTS = sql.SQL("""
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_periodic_defers,
    procrastinate_events, procrastinate_workers TO {role};
GRANT USAGE, SELECT ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_periodic_defers_id_seq,
    procrastinate_events_id_seq TO {role};
""")
