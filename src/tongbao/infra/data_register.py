"""The register of all data: each table's columns with their class, level and how long they stay.

It is read off the tables themselves (`data_classes.Declared`), so it cannot say something else than
the code; what is missing, said twice or said of no column is found by `problems`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import DeclarativeBase

from tongbao.infra.data_classes import DataClass, Declared, Keep

LIBRARIES: Final[Mapping[str, Declared]] = {
    "alembic_version": Declared(technical=("version_num",)),
    "procrastinate_jobs": Declared(
        general=("args",),
        technical=(
            "id",
            "queue_name",
            "task_name",
            "priority",
            "lock",
            "queueing_lock",
            "status",
            "scheduled_at",
            "attempts",
            "abort_requested",
            "worker_id",
        ),
        keep=Keep.SHORT,
    ),
    "procrastinate_periodic_defers": Declared(
        technical=("id", "task_name", "defer_timestamp", "job_id", "periodic_id"), keep=Keep.SHORT
    ),
    "procrastinate_events": Declared(technical=("id", "job_id", "type", "at"), keep=Keep.SHORT),
    "procrastinate_workers": Declared(technical=("id", "last_heartbeat"), keep=Keep.SHORT),
}
"""Tables that libraries make; what we give a job as `args` is ids."""


class Stored(StrEnum):
    """How a column lies in the database."""

    SEALED = "sealed"  # encrypted, opened with a key only
    DIGEST = "digest"  # a hash, keyed where the value could be guessed: compared, never opened
    CLEAR = "clear"


_DIGESTS: Final = ("sha256", "tag", "hash", "blind")


def stored(column: str) -> Stored:
    """Return how a column lies in the database: what is not in clear says so in its name."""
    words = column.split("_")
    if "sealed" in words and words[-1] != "at":  # `sealed_at` is a moment
        return Stored.SEALED
    return Stored.DIGEST if words[-1] in _DIGESTS else Stored.CLEAR


@dataclass(frozen=True, slots=True)
class Entry:
    """One column of the register."""

    table: str
    column: str
    data_class: DataClass
    keep: Keep

    @property
    def stored(self) -> Stored:
        """Return how the column lies in the database."""
        return stored(self.column)

    def as_json(self) -> dict[str, str | int]:
        """Return the entry as a JSON object."""
        return {
            "table": self.table,
            "column": self.column,
            "class": self.data_class.value,
            "level": self.data_class.level,
            "keep": self.keep.value,
            "stored": self.stored.value,
        }


def declared_by(base: type[DeclarativeBase]) -> dict[str, Declared | None]:
    """Return what each table of a registry declares, by the table's name; None: nothing."""
    found: dict[str, Declared | None] = dict.fromkeys(base.metadata.tables)
    for mapper in base.registry.mappers:
        found[str(mapper.local_table)] = vars(mapper.class_).get("__data__")
    return found


def problems(table: str, columns: Iterable[str], declared: Declared | None) -> list[str]:
    """Return what is wrong with a table's declaration, a sentence each."""
    if declared is None:
        return [f"{table} declares nothing"]
    named = Counter(name for kind in DataClass for name in getattr(declared, kind.value))
    there = set(columns)
    return [
        *(f"{table}.{name} is not declared" for name in sorted(there - named.keys())),
        *(
            f"{table}.{name} is declared, but there is no such column"
            for name in sorted(named.keys() - there)
        ),
        *(f"{table}.{name} is declared {n} times" for name, n in named.items() if n > 1),
    ]


def entries(base: type[DeclarativeBase]) -> list[Entry]:
    """Return the register: every column of every table, in the tables' order of columns."""
    declared = declared_by(base)
    found = []
    for name, table in sorted(base.metadata.tables.items()):
        of_table = declared[name]
        assert of_table is not None, f"{name} declares nothing"
        classes = of_table.classes()
        found += [Entry(name, c.name, classes[c.name], of_table.keep) for c in table.columns]
    for name, library in sorted(LIBRARIES.items()):
        found += [
            Entry(name, column, kind, library.keep) for column, kind in library.classes().items()
        ]
    return found


def markdown(register: Sequence[Entry]) -> str:
    """Return the register as a page: a row for each table and class, technical columns last."""
    rows: dict[tuple[str, DataClass, Keep], list[str]] = {}
    for entry in register:
        shown = f"`{entry.column}`"
        if entry.stored is not Stored.CLEAR and entry.data_class is DataClass.CORE:
            shown += f" ({entry.stored})"
        rows.setdefault((entry.table, entry.data_class, entry.keep), []).append(shown)
    order = list(DataClass)
    lines = [
        f"| `{table}` | {kind} ({kind.level}) | {', '.join(columns)} | {keep} |"
        for (table, kind, keep), columns in sorted(
            rows.items(), key=lambda row: (row[0][0], order.index(row[0][1]))
        )
    ]
    return "\n".join(
        [
            "| table | class (level of JR/T 0197-2020) | columns | kept |",
            "| --- | --- | --- | --- |",
            *lines,
            "",
        ]
    )
