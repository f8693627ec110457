"""Rules about the text of the source that no linter has."""

import ast
import re

from tests.support.source import files

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
GENERATED = "tongbao/infra/migrations/versions/"  # Alembic writes a line per column
# name -> why it is longer. A file is named by its path, a function by path::name.
LONG: dict[str, str] = {}

# Scores and statistics (`risk`, `lib`) are floating point; amounts, rates and their ways are not.
FLOAT_FREE_GROUPS = ("core", "products", "kernel")
FLOAT_NAMES = re.compile(r"seconds|probability|features|latitude|longitude")
FLOAT_CALLS = {"tongbao/core/sources/gateways/tax_office.py": "seconds before another attempt"}

SQL_WORDS = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "ALTER TABLE ")
CLOCK_FILES = {"tongbao/kernel/clock.py", "tongbao_sandbox/clock.py"}
CLOCK_READINGS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
TRANSACTION_VERBS = {"commit", "begin", "rollback"}


def test_files_and_functions_are_short() -> None:
    long = {}
    for file in (*files(), *files("tongbao_sandbox")):
        if file.name.startswith(GENERATED):
            continue
        long[file.name] = file.text.count("\n") > FILE_LINES_MAX
        for node in file.nodes():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                long[f"{file.name}::{node.name}"] = lines > FUNCTION_LINES_MAX
    too_long = {name for name, is_long in long.items() if is_long}
    assert too_long == set(LONG)


def test_only_the_infrastructure_opens_and_ends_transactions() -> None:
    wrong = [
        file.at(node)
        for file in files()
        if file.module[0] != "infra"
        for node in file.nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in TRANSACTION_VERBS
    ]
    assert not wrong


def test_the_clock_is_read_in_one_place_of_each_program() -> None:
    wrong = [
        file.at(node)
        for file in (*files(), *files("tongbao_sandbox"))
        if file.name not in CLOCK_FILES
        for node in file.nodes()
        if isinstance(node, ast.Attribute)
        if (ast.unparse(node.value).rpartition(".")[2], node.attr) in CLOCK_READINGS
    ]
    assert not wrong


def test_rules_hold_no_sql() -> None:
    wrong = [
        file.at(node)
        for file in files()
        if file.role in {"domain", "events", "schemas"}
        for node in file.nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.lstrip().startswith(SQL_WORDS)
    ]
    assert not wrong


def test_no_float_comes_near_money() -> None:
    wrong = [
        file.at(node)
        for file in files()
        if file.module[0] in FLOAT_FREE_GROUPS
        for node in file.nodes()
        if _takes_float(node) or (_makes_float(node) and file.name not in FLOAT_CALLS)
    ]
    assert not wrong


def _makes_float(node: ast.AST) -> bool:
    """`float(...)`; `isinstance(x, float)`, to refuse one, is welcome."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "float"


def _takes_float(node: ast.AST) -> bool:
    """An argument, a variable or an attribute declared as floating point."""
    match node:
        case ast.arg(arg=name, annotation=ast.expr() as annotation):
            pass
        case ast.AnnAssign(target=target, annotation=annotation):
            name = ast.unparse(target)
        case _:
            return False
    parts = ast.walk(annotation)
    is_float = any(isinstance(part, ast.Name) and part.id == "float" for part in parts)
    return is_float and not FLOAT_NAMES.search(name)


def test_the_same_choices_are_written_in_the_same_order() -> None:
    """`typing` takes literals of the same members for one and gives whichever was made first.

    Two orders would make the OpenAPI document depend on which module was imported first.
    """
    orders: dict[frozenset[str], dict[tuple[str, ...], list[str]]] = {}
    for file in files():
        for node in file.nodes():
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
                if ast.unparse(node.value) != "Literal":
                    continue
                members = tuple(ast.unparse(member) for member in node.slice.elts)
                found = orders.setdefault(frozenset(members), {})
                found.setdefault(members, []).append(file.at(node))
    assert [ways for ways in orders.values() if len(ways) > 1] == []
