"""The job library's tables: made once, upgraded by the library's own scripts."""

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from tongbao.infra import jobs


def test_a_new_database_gets_the_whole_schema() -> None:
    assert jobs.pending_sql(None) == [SchemaManager.get_schema()]


@pytest.mark.parametrize(("applied", "least"), [("3.0.0", 5), ("3.1.9", 4), ("3.3.0", 2)])
def test_an_older_one_gets_the_scripts_it_lacks_in_order(applied: str, least: int) -> None:
    scripts = jobs.pending_sql(applied)
    assert len(scripts) >= least
    assert len(scripts) < len(jobs.pending_sql("0.0.0"))


def test_the_installed_version_lacks_nothing() -> None:
    assert jobs.pending_sql(jobs.installed_version()) == []


def test_the_role_may_work_and_owns_nothing(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pg_get_userbyid(c.relowner),"
            " has_table_privilege('tongbao_app', c.oid, 'INSERT')"
            " FROM pg_class c WHERE c.relname LIKE 'procrastinate%' AND c.relkind = 'r'"
        ).fetchall()
    assert len(rows) >= 4
    assert {owner for owner, _ in rows}.isdisjoint({"tongbao_app"})
    assert all(granted for _, granted in rows)
