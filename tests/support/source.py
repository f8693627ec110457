"""The source as trees, for tests that look at how it is written."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
MODULE_GROUPS = ("core", "engagement", "products", "risk")


@dataclass(frozen=True, slots=True)
class File:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path below `src`, as a person would write it."""
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def module(self) -> tuple[str, ...]:
        """Names below `tongbao`: ("core", "ledger", "service", "booking")."""
        return self.path.relative_to(SOURCE / "tongbao").with_suffix("").parts

    @property
    def role(self) -> str | None:
        """What the file is in its module: "service" for both service.py and service/booking.py."""
        parts = self.module
        return parts[2] if parts[0] in MODULE_GROUPS and len(parts) > 2 else None

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


@cache
def files(package: str = "tongbao") -> tuple[File, ...]:
    """Every Python file of a package, parsed."""
    found = []
    for path in sorted((SOURCE / package).rglob("*.py")):
        text = path.read_text("utf-8")
        found.append(File(path, text, ast.parse(text, path)))
    assert found
    return tuple(found)
