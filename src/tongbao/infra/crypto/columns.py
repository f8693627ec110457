"""Which columns hold sealed values: said beside the columns, read by whoever rotates keys.

A table class says it together with the classes of its data::

    class DocumentRow(Base):
        __tablename__ = "parties_document"
        __sealed__ = (Sealed("number_sealed", owner="party_id", field="parties_document.number"),)

`seal` and `open` are called with that `field` and with the primary key as `row`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table
from sqlalchemy.orm import DeclarativeBase

from tongbao.infra.tables import Base


@dataclass(frozen=True, slots=True)
class Sealed:
    """One column of sealed values.

    `owner` is the column with the id of whose record key seals them, or the id itself where all
    rows have one owner. `field` is the table's name and the column's unless it says otherwise.
    """

    column: str
    owner: str | UUID
    field: str = ""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values, with its table."""

    table: Table
    sealed: Column[bytes]
    row: Column[Any]
    owner: Column[UUID] | UUID
    field: str

    @property
    def name(self) -> str:
        """The table's name and the column's."""
        return f"{self.table.name}.{self.sealed.name}"


def sealed_columns(base: type[DeclarativeBase] = Base) -> list[SealedColumn]:
    """Return every declared column of sealed values, by name; the tables must be imported."""
    found = [each for mapper in base.registry.mappers for each in _of(mapper.class_)]
    return sorted(found, key=lambda each: each.name)


def _of(mapped: type[Any]) -> Iterator[SealedColumn]:
    declared: tuple[Sealed, ...] = getattr(mapped, "__sealed__", ())
    table: Table = mapped.__table__
    for each in declared:
        (row,) = table.primary_key.columns  # one column: it is what `row` is told
        yield SealedColumn(
            table=table,
            sealed=table.c[each.column],
            row=row,
            owner=each.owner if isinstance(each.owner, UUID) else table.c[each.owner],
            field=each.field or f"{table.name}.{each.column}",
        )
