"""The history describes the tables as declared, and brings any database there, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Integer, MetaData, Sequence, Table

from tongbao.app import tables
from tongbao.infra import schema
from tongbao.infra.db import Database
from tongbao.infra.migrations import (
    DatabaseTooNew,
    DatabaseTooOld,
    ServerTooOld,
    check_migrated,
    draft_migration,
    history,
    run_migrations,
    running,
    undescribed_changes,
)
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.infra.tables import Base

FreshDatabase = Callable[..., Urls]


@pytest.fixture
def empty(fresh_database: FreshDatabase) -> str:
    return fresh_database(migrated=False).owner


@pytest.fixture
def migrated(fresh_database: FreshDatabase) -> Urls:
    return fresh_database()


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_the_history_describes_every_table(migrated: Urls) -> None:
    tables.load()
    assert undescribed_changes(migrated.owner, Base.metadata) == []


def test_an_undescribed_table_column_and_sequence_are_noticed(migrated: Urls) -> None:
    tables.load()
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    Table("parties_note", metadata, Column("id", Integer, primary_key=True))
    metadata.tables["parties_party"].append_column(Column("note", Integer))
    Sequence("parties_serial", metadata=metadata)
    changes = undescribed_changes(migrated.owner, metadata)
    assert len(changes) == 3
    for change, name in zip(changes, ["parties_note", "'note'", "parties_serial"], strict=True):
        assert name in change


def test_revisions_are_one_line_numbered_without_gap() -> None:
    revisions = [revision.revision for revision in history.revisions().walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


def test_migrating_again_changes_nothing(migrated: Urls) -> None:
    stamp = "SELECT applied_at FROM infra_applied_scripts"
    before = one(migrated.owner, stamp)
    run_migrations(migrated.owner)
    assert one(migrated.owner, stamp) == before


def test_a_changed_sql_file_is_applied_again(
    migrated: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = schema.sql_scripts()
    changed = "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql RETURN 42;"
    monkeypatch.setattr(schema, "sql_scripts", lambda: [*scripts, changed])
    run_migrations(migrated.owner)
    assert one(migrated.app, "SELECT answer()") == 42


def test_a_failing_sql_file_leaves_the_old_ones_in_force(
    migrated: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = "SELECT encode(digest, 'hex') FROM infra_applied_scripts"
    before = one(migrated.owner, stamp)
    broken = "CREATE TABLE half (); SELECT no_such_function();"
    monkeypatch.setattr(schema, "sql_scripts", lambda: [broken])
    with pytest.raises(psycopg.errors.UndefinedFunction):
        run_migrations(migrated.owner)
    assert one(migrated.owner, stamp) == before
    assert one(migrated.owner, "SELECT to_regclass('half') IS NULL") is True


def test_many_may_start_at_once(empty: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for started in [pool.submit(run_migrations, empty) for _ in range(4)]:
            started.result()
    assert one(empty, "SELECT count(*) FROM alembic_version") == 1
    assert one(empty, "SELECT count(*) FROM infra_applied_scripts") == 1


def test_a_database_of_a_newer_release_is_left_alone(migrated: Urls) -> None:
    with psycopg.connect(migrated.owner) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew, match="9999"):
        run_migrations(migrated.owner)


def test_an_old_server_is_refused(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SERVER_VERSION_MIN", 990_000)
    with pytest.raises(ServerTooOld, match=r"\d\d\.\d+"):
        run_migrations(empty)
    assert one(empty, "SELECT to_regclass('alembic_version') IS NULL") is True


@pytest.mark.parametrize("table", ["alembic_version", "infra_applied_scripts", "infra_job_library"])
def test_the_application_cannot_rewrite_the_history(migrated: Urls, table: str) -> None:
    with (
        psycopg.connect(migrated.app) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"DELETE FROM {table}".encode())


def test_the_application_owns_nothing_and_creates_nothing(migrated: Urls) -> None:
    owned = f"SELECT count(*) FROM pg_class WHERE relowner = '{APP_ROLE}'::regrole"
    assert one(migrated.owner, owned) == 0
    with (
        psycopg.connect(migrated.app) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE mine ()")


def test_a_draft_says_what_is_new(
    migrated: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.load()
    for file in history.HOME.glob("*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "versions").mkdir()
    for file in (history.HOME / "versions").glob("*.py"):
        (tmp_path / "versions" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(history, "HOME", tmp_path)
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(metadata)
    Table("parties_note", metadata, Column("id", Integer, primary_key=True))

    path = draft_migration(migrated.owner, metadata, "notes on parties")

    number = len(list((tmp_path / "versions").glob("*.py")))
    assert path.name == f"{number:04}_notes_on_parties.py"
    text = path.read_text("utf-8")
    assert text.startswith('"""Notes on parties."""')
    assert 'create_table(\n        "parties_note"' in text or "create_table('parties_note'" in text
    assert "drop_table" not in text
    assert "###" not in text


async def test_a_process_is_ready_when_the_database_has_all_its_tables(migrated: Urls) -> None:
    database = Database.connect(migrated.app, role=APP_ROLE)
    await check_migrated(database)
    with psycopg.connect(migrated.owner, autocommit=True) as connection:
        for revision, served in [("0001", False), ("9999_of_the_next_release", True)]:
            connection.execute("UPDATE alembic_version SET version_num = %s", (revision,))
            if served:
                await check_migrated(database)
                continue
            with pytest.raises(DatabaseTooOld):
                await check_migrated(database)
        connection.execute("DELETE FROM alembic_version")
    with pytest.raises(DatabaseTooOld):
        await check_migrated(database)
    await database.close()
