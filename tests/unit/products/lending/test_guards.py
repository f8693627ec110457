"""Decisions and the steps to them stay as they were written."""

import psycopg
import pytest


@pytest.mark.parametrize("table", ["lending_decision", "lending_application_step"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_may_only_add(app_url: str, table: str, statement: str) -> None:
    with (
        psycopg.connect(app_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(table).encode())


@pytest.mark.parametrize("table", ["lending_decision", "lending_application_step"])
def test_the_owner_is_trapped(owner_url: str, table: str) -> None:
    with (
        psycopg.connect(owner_url) as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"),
    ):
        connection.execute(f"TRUNCATE {table} CASCADE".encode())
