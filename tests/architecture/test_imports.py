"""Who may know whom: the contracts in pyproject.toml, and the doors of each module."""

import subprocess
import sys
from pathlib import Path

import grimp

from tests.support.source import MODULE_GROUPS, SOURCE, files

PUBLIC = {"service", "events"}
PRIVATE = {"domain", "models", "schemas", "router", "jobs", "gateways"}
VOCABULARY = PUBLIC | PRIVATE | {"__init__"}
# The composition root puts the parts together, so it alone may reach for these.
ASSEMBLED = {"router", "jobs", "models"}


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(
        command, cwd=SOURCE.parent, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_modules_are_entered_by_their_doors_only() -> None:
    graph = grimp.build_graph("tongbao", cache_dir=None)
    wrong = []
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            parts = imported.split(".")
            inside = importer.split(".")[:3] == parts[:3]
            if len(parts) < 4 or parts[1] not in MODULE_GROUPS or inside or parts[3] in PUBLIC:
                continue
            if not (importer.startswith("tongbao.app.") and parts[3] in ASSEMBLED):
                wrong.append(f"{importer} -> {imported}")
    assert not wrong


def test_files_of_a_module_have_the_agreed_names() -> None:
    strange = [
        file.name
        for file in files()
        if file.module[0] in MODULE_GROUPS and file.module[-1] != "__init__"
        if file.role not in VOCABULARY
    ]
    assert not strange
