"""Every column that holds anything is declared with its class, once."""

import ast
import json
from collections import defaultdict
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.support.source import File, files
from tongbao.app import privacy, tables
from tongbao.infra.crypto.columns import sealed_columns
from tongbao.infra.data_classes import DataClass, Declared, Keep
from tongbao.infra.data_register import (
    LIBRARIES,
    Stored,
    declared_by,
    entries,
    markdown,
    problems,
    stored,
)
from tongbao.infra.postgres import Urls
from tongbao.infra.tables import Base


def wrong(base: type[DeclarativeBase]) -> list[str]:
    """Return what is wrong with the declarations of all tables of a registry."""
    declared = declared_by(base)
    return [
        problem
        for name, table in base.metadata.tables.items()
        for problem in problems(name, (column.name for column in table.columns), declared[name])
    ]


def test_every_column_is_declared_once() -> None:
    tables.load()
    assert len(Base.metadata.tables) > 80
    assert wrong(Base) == []


def test_an_undeclared_a_doubly_declared_and_an_unknown_column_are_found() -> None:
    class Planted(DeclarativeBase):
        pass

    class Row(Planted):
        __tablename__ = "planted"
        __data__ = Declared(core=("phone",), general=("phone",), technical=("id", "gone"))
        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        phone: Mapped[str] = mapped_column(Text)
        forgotten: Mapped[str] = mapped_column(Text)

    class Silent(Planted):
        __tablename__ = "silent"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)

    Table("bare", Planted.metadata, Column("id", Integer))
    assert sorted(wrong(Planted)) == [
        "bare declares nothing",
        "planted.forgotten is not declared",
        "planted.gone is declared, but there is no such column",
        "planted.phone is declared 2 times",
        "silent declares nothing",
    ]


# Core data that lie in clear, and why they may.
IN_CLEAR: dict[tuple[str, str], str] = {}


def test_core_data_are_sealed_or_a_digest() -> None:
    clear = {
        (entry.table, entry.column)
        for entry in privacy.register()
        if entry.data_class is DataClass.CORE and entry.stored is Stored.CLEAR
    }
    assert clear == set(IN_CLEAR)


def test_what_is_called_sealed_is_known_to_whoever_rotates_keys() -> None:
    named = {
        f"{entry.table}.{entry.column}"
        for entry in privacy.register()
        if entry.stored is Stored.SEALED
    }
    assert named == {column.name for column in sealed_columns()}


def test_the_register_knows_every_column_of_the_database(
    fresh_database: Callable[..., Urls],
) -> None:
    tables.load()
    known = defaultdict(set)
    for entry in entries(Base):
        known[entry.table].add(entry.column)
    there = defaultdict(set)
    with psycopg.connect(fresh_database().owner) as connection:
        for table, column in connection.execute(
            """
            SELECT relname, attname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND NOT relispartition AND attnum > 0 AND NOT attisdropped
            """
        ):
            there[table].add(column)
    assert there.keys() >= LIBRARIES.keys()
    assert there == known


@pytest.mark.parametrize(
    ("column", "how"),
    [
        ("sealed", Stored.SEALED),
        ("sealed_secret", Stored.SEALED),
        ("number_sealed", Stored.SEALED),
        ("token_sha256", Stored.DIGEST),
        ("password_hash", Stored.DIGEST),
        ("key_tag", Stored.DIGEST),
        ("number_blind", Stored.DIGEST),
        ("number", Stored.CLEAR),
        ("unsealed", Stored.CLEAR),
        ("sealed_at", Stored.CLEAR),
        ("hash_of_number", Stored.CLEAR),
    ],
)
def test_a_name_says_how_a_column_is_stored(column: str, how: Stored) -> None:
    assert stored(column) is how


def test_levels_are_those_of_the_standard() -> None:
    assert [kind.level for kind in DataClass] == [4, 3, 2, 1]


def test_the_inventory_is_text_json_or_the_page() -> None:
    register = privacy.register()
    text = privacy.inventory(as_json=False, as_markdown=False).splitlines()
    assert len(text) == len(register) + 1
    assert text[0].split() == ["table", "column", "class", "level", "keep", "stored"]
    rows = json.loads(privacy.inventory(as_json=True, as_markdown=False))
    assert [line.split() for line in text[1:]] == [[str(v) for v in row.values()] for row in rows]
    assert {row["keep"] for row in rows} <= {keep.value for keep in Keep}
    page = privacy.inventory(as_json=False, as_markdown=True)
    assert page.endswith(markdown(register))
    assert all(f"`{entry.table}`" in page and f"`{entry.column}`" in page for entry in register)


def _constants(file: File) -> dict[str, object]:
    """The constants of a file by name."""
    found: dict[str, object] = {}
    for node in file.nodes():
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found[ast.unparse(target)] = node.value.value
    return found


def _imported(file: File, constants: dict[str, dict[str, object]]) -> dict[str, object]:
    """What a file has imported of other files' constants."""
    return {
        name.asname or name.name: constants[node.module][name.name]
        for node in file.nodes()
        if isinstance(node, ast.ImportFrom) and node.module in constants
        for name in node.names
        if name.name in constants[node.module]
    }


def test_fields_are_sealed_under_the_names_they_are_declared_by() -> None:
    """A rotation opens them by the declared name: under another one nothing would open."""
    tables.load()
    every = [file for file in files() if "migrations" not in file.module]  # they compute names
    constants = {".".join(("tongbao", *file.module)): _constants(file) for file in every}
    used = set()
    for file in every:
        named = _imported(file, constants) | _constants(file)
        for node in file.nodes():
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if node.func.attr == "seal" and {"field", "row"} <= given.keys():
                used.add(named.get(ast.unparse(given["field"]), ast.unparse(given["field"])))
    # A rotation itself has the name from the declaration.
    assert used - {"chosen.field"} == {each.field for each in sealed_columns()}


def test_a_rotation_may_change_every_sealed_column(app_url: str) -> None:
    tables.load()
    with psycopg.connect(app_url, autocommit=True) as connection:
        for each in sealed_columns():
            table, column = each.table.name, each.sealed.name
            allowed = connection.execute(
                "SELECT has_column_privilege('tongbao_app', %s, %s, 'UPDATE')", (table, column)
            ).fetchone()
            assert allowed == (True,), each.name
