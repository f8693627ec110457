"""The tables the first migration makes are those the library wants."""

from procrastinate.schema import SchemaManager
from psycopg import Connection
from psycopg.rows import TupleRow

from tongbao.infra import jobs


def test_the_copied_schema_is_the_librarys() -> None:
    """When this fails after an upgrade: add a migration with the library's own, and a new copy."""
    assert jobs.schema_sql().endswith("\n\n" + SchemaManager.get_schema())


def test_the_role_gets_what_it_needs_and_owns_nothing(owner_url: str) -> None:
    with Connection[TupleRow].connect(owner_url, autocommit=True) as connection:
        connection.execute(jobs.grants_sql("tongbao_app").encode())
        owned = connection.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
            " WHERE c.relname LIKE 'procrastinate%' AND r.rolname = 'tongbao_app'"
        ).fetchone()
        granted = connection.execute(
            "SELECT bool_and(has_table_privilege('tongbao_app', c.oid, 'INSERT'))"
            " FROM pg_class c WHERE c.relname LIKE 'procrastinate%' AND c.relkind = 'r'"
        ).fetchone()
    assert owned == (0,)
    assert granted == (True,)
