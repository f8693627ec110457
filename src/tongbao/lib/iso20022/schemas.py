"""The official schemas, as files that packages carry; no package is ever imported for them."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from lxml import etree

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
PARSER: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
"""How everything that others wrote is read: no entities, no DTD, no network, no endless depth."""


def schema_file(package: str, path: str) -> Path:
    """Return where a package that is installed keeps a schema."""
    spec = find_spec(package)  # finds, and runs nothing of it
    assert spec is not None, f"{package} is not installed"
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / path


@cache
def schema(package: str, path: str) -> Any:  # noqa: ANN401 - lxml has no types
    """Return a compiled schema."""
    return etree.XMLSchema(etree.parse(schema_file(package, path)))


@cache
def schema_of_part(package: str, path: str, *, within: str, part: str) -> Any:  # noqa: ANN401
    """Return the schema of one element of a message, on its own.

    `part` is the element's name, `within` that of the type it stands in. So a message with many
    such elements is validated one after the other, without ever being in memory as a whole.
    """
    tree = etree.parse(schema_file(package, path))
    root = tree.getroot()
    (declared,) = root.iterfind(
        f"{XS}complexType[@name='{within}']/{XS}sequence/{XS}element[@name='{part}']"
    )
    alone = etree.SubElement(root, f"{XS}element")
    alone.set("name", part)
    alone.set("type", declared.get("type"))
    return etree.XMLSchema(tree)
