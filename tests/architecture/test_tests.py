"""Tests are collected by several processes, which must find the same ones."""

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]
BY_CHANCE = {"new_id", "token_hex", "token_bytes", "token_urlsafe", "uuid4", "now"}


def chances(decorator: ast.expr) -> list[str]:
    """Return the calls in a decorator whose answer is another one each time."""
    calls = [node.func for node in ast.walk(decorator) if isinstance(node, ast.Call)]
    names = [each.attr if isinstance(each, ast.Attribute) else ast.unparse(each) for each in calls]
    return sorted(BY_CHANCE.intersection(names))


def test_what_tests_are_given_is_the_same_in_every_process() -> None:
    found = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [each for each in node.decorator_list if chances(each)]
                if given:
                    found[f"{file.relative_to(TESTS)}::{node.name}"] = chances(given[0])
    assert found == {}


def test_journeys_are_walked_at_desks_and_on_phones_alike() -> None:
    said = [name for file in TESTS.glob("e2e/test_web*.py") for name in decorators(file)]
    at_desks, on_phones = said.count("AT_A_DESK"), said.count("ON_A_PHONE")
    assert min(at_desks, on_phones) > (at_desks + on_phones) / 3


def decorators(file: Path) -> list[str]:
    tests = [
        node
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    return [ast.unparse(each) for test in tests for each in test.decorator_list]
