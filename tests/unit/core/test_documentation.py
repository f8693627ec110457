"""What the API reference says about these routes is true."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from tongbao.core.identity.domain import PERMISSIONS
from tongbao.infra.guards import assert_all_routes_guarded
from tongbao.kernel.errors import TongbaoError


def errors(base: type[TongbaoError] = TongbaoError) -> set[str]:
    return {base.code}.union(*(errors(kind) for kind in base.__subclasses__()))


@pytest.fixture
def operations(app: FastAPI) -> list[dict[str, Any]]:
    return [
        operation
        for path, item in app.openapi()["paths"].items()
        if path.startswith("/api/v1/")
        for operation in item.values()
    ]


def test_every_route_says_who_may_call_it(app: FastAPI) -> None:
    assert_all_routes_guarded(app)


def test_every_code_that_is_named_exists(operations: list[dict[str, Any]]) -> None:
    known = errors()
    for operation in operations:
        named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", operation["description"]))
        assert named <= known, operation["summary"]


def test_every_permission_that_is_named_exists(operations: list[dict[str, Any]]) -> None:
    named = {
        permission
        for operation in operations
        for permission in re.findall(r"`([a-z]+:[a-z_]+)`", operation["description"])
    }
    assert named
    assert named <= PERMISSIONS


def test_every_route_has_a_summary_and_a_description(operations: list[dict[str, Any]]) -> None:
    assert operations
    for operation in operations:
        assert operation["summary"]
        assert len(operation["description"]) > len(operation["summary"])
