"""The tables of the job library: made by its own SQL, kept at the version that is installed."""

from importlib.metadata import version
from importlib.resources import files
from typing import Final

from procrastinate.schema import SchemaManager

LIBRARY: Final = "procrastinate"


def installed_version() -> str:
    """Return the library's version."""
    return version(LIBRARY)


def pending_sql(applied: str | None) -> list[str]:
    """Return the library's scripts that a database at version `applied` lacks, in order.

    None: a database without the library's tables gets the whole schema. To be run by the owner,
    without parameters (several statements, literal `%` signs). What the library would have running
    between its "pre" and "post" scripts does not matter: migrations run before the new program.
    """
    if applied is None:
        return [SchemaManager.get_schema()]
    scripts = {
        file.name: file.read_text("utf-8")
        for file in files("procrastinate.sql.migrations").iterdir()
        if file.name.endswith(".sql")
    }
    return [scripts[name] for name in sorted(scripts) if _release(name) > _numbers(applied)]


def _release(script: str) -> tuple[int, ...]:
    """Return the version a script belongs to: `03.02.00_01_pre_batch.sql` is of 3.2.0."""
    return _numbers(script.partition("_")[0])


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3])
