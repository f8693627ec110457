"""Rules about the text of the source that no linter has."""

import ast

from tests.support.source import MODULE_GROUPS, File, files

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
# name -> why it is longer. A file is named by its path, a function by path::name.
LONG: dict[str, str] = {}

# Risk models and statistics work in floating point; amounts, rates and their ways never do.
FLOAT_FREE_GROUPS = ("core", "products")
FLOAT_ALLOWED: dict[str, str] = {}

SQL_WORDS = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "ALTER TABLE ")
CLOCK_FILE = "tongbao/kernel/clock.py"
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


def test_the_clock_is_read_in_one_place() -> None:
    wrong = [
        file.at(node)
        for file in (*files(), *files("tongbao_sandbox"))
        if file.name != CLOCK_FILE
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
        if file.module[0] in FLOAT_FREE_GROUPS or file.module[:2] == ("kernel", "money")
        if file.name not in FLOAT_ALLOWED
        for node in file.nodes()
        if _is_float(node)
    ]
    assert not wrong


def _is_float(node: ast.AST) -> bool:
    """`float` as an annotation or a call; `isinstance(x, float)` to refuse one is welcome."""
    match node:
        case ast.Call(func=ast.Name(id="float")):
            return True
        case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation) if annotation:
            return _names_float(annotation)
        case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns) if returns:
            return _names_float(returns)
    return False


def _names_float(annotation: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "float" for part in ast.walk(annotation))


def test_services_are_called_by_name() -> None:
    """Public functions of a service take the transaction first, everything else by keyword."""
    wrong = [
        file.at(node)
        for file in files()
        if file.module[0] in MODULE_GROUPS and file.role == "service"
        for node in file.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not node.name.startswith("_") and _takes_several_by_position(file, node)
    ]
    assert not wrong


def _takes_several_by_position(file: File, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if file.module[-1] != "service":
        return False  # inside a package of verbs; its door is checked by what it re-exports
    return len(node.args.posonlyargs) + len(node.args.args) > 2
